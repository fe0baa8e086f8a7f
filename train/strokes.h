// Lines drawn with a round pen: what made training pictures are drawn with.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "kernels/philox.h"

namespace inkling {

// Random numbers one after another, a function of seed, use and picture. Only one of a
// call's arguments may draw: C++ leaves open which of them is computed first, and another order
// would make other pictures of the same seed.
class PictureRandom {
 public:
  PictureRandom(std::uint64_t seed, RandomUse use, std::uint32_t picture)
      : seed_(seed), use_(use), picture_(picture) {}

  float uniform() {  // in [0, 1)
    return uniform01(random4(seed_, use_, picture_, 0, drawn_++).word[0]);
  }
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  int below(int count) { return static_cast<int>(uniform() * static_cast<float>(count)); }
  bool chance(float probability) { return uniform() < probability; }

 private:
  std::uint64_t seed_;
  RandomUse use_;
  std::uint32_t picture_;
  std::uint32_t drawn_ = 0;
};

struct PenPoint {
  float x;  // to the right
  float y;  // down
};
using PenLine = std::vector<PenPoint>;  // straight from point to point
using Drawing = std::vector<PenLine>;

struct DrawingSize {
  float left;
  float top;
  float width;
  float height;
};
DrawingSize size_of(const Drawing& drawing);

// Makes it so many times as wide.
void stretch(Drawing& drawing, float wider);

// Scaled and moved so that it takes `frame` pixels of the longer side, pen included, in the middle
// of side × side pixels. The drawing must be longer than a point.
void fit(Drawing& drawing, float frame, float pen, int side);

// Draws with a pen of that width into side × side bytes: each becomes the larger of itself and what
// the pen covers of its pixel, 255 being all.
void draw(const Drawing& drawing, float pen, int side, std::uint8_t* pixels);

// MNIST's frame, as a share of a picture's side: its digits take 20 of 28 pixels.
inline constexpr float kDigitFrame = 20.0F / 28;

// Throws std::invalid_argument unless the data set's pictures are square, of 8 to 256 pixels a
// side, so that `what` can be drawn to be shown beside them.
void check_drawable(const Dataset& data, const char* what);

// Draws in MNIST's frame, with a pen as thick as MNIST's or, now and then, a marker.
void draw_in_frame(Drawing drawing, PictureRandom& random, int side, std::uint8_t* pixels);

}  // namespace inkling
