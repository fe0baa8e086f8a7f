// Any picture of a digit → the 28×28 the network saw in training.
#pragma once

#include <optional>

#include "data/picture.h"

namespace inkling {

inline constexpr int kDigitSize = 28;

// MNIST's own form: 0 is background, 255 is ink; row by row.
using DigitPixels = std::array<std::uint8_t, kDigitSize * kDigitSize>;

// Alpha on white → luminance → polarity → blank check → ink box → 20×20 by area averaging → centred by mass,
// as MNIST was made (LeCun et al. 1998, http://yann.lecun.com/exdb/mnist). nullopt when the picture is blank.
// Thread-safe: a pure function.
std::optional<DigitPixels> prepare(const Picture& picture);

}  // namespace inkling
