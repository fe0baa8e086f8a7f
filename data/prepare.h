// Any picture of a digit → the 28×28 the network saw in training.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/picture.h"

namespace inkling {

inline constexpr int kDigitSize = 28;

// MNIST's own form: 0 is background, 255 is ink; row by row.
using DigitPixels = std::array<std::uint8_t, kDigitSize * kDigitSize>;

// Alpha on white → luminance → what differs from the paper, whose brightness is estimated locally →
// less printed lines, frames, specks → ink box → 20×20 by area averaging → centered by mass, as
// MNIST was made (LeCun et al. 1998, http://yann.lecun.com/exdb/mnist). Lines much thinner than
// MNIST's pen are drawn thicker on the way. Idempotent: a picture that already has MNIST's form is
// returned unchanged. nullopt when nothing stands out anywhere: on one tone, in noise, in a shadow.
// Thread-safe: a pure function. Throws std::invalid_argument when rgba does not hold
// width * height * 4 bytes.
std::optional<DigitPixels> prepare(const Picture& picture);

// The same for a network of pictures with another side: MNIST's frame, enlarged or made smaller,
// as side × side bytes. Throws std::invalid_argument, too, for a side below kMinPreparedSize or
// above kMaxPreparedSize.
inline constexpr int kMinPreparedSize = 8;
inline constexpr int kMaxPreparedSize = 256;
std::optional<std::vector<std::uint8_t>> prepare(const Picture& picture, int side);

// Throws std::invalid_argument with one line where a network is for pictures that prepare() does
// not make: not square, or of a side that it refuses. `weights` stands for the network there.
void check_preparable(int height, int width, const std::string& weights);

}  // namespace inkling
