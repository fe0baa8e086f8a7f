// The paper under a drawing: its brightness, estimated locally, so that shadows and slanting light
// are paper, too.
#pragma once

#include "data/gray_image.h"

namespace inkling {

// Whether a picture is large enough to be unevenly lit, and to show more than a drawing.
bool is_photograph(const GrayImage& gray);

// Const and thread-safe.
class Paper {
 public:
  // Of a picture's luminance, 0 to 255.
  explicit Paper(const GrayImage& gray);

  // How far each pixel is from the paper: below 0 darker, above 0 lighter, 0 within the paper's own
  // variation. In a shadow the difference is as large as it would be in the picture's best light.
  // gray: of that picture's size.
  GrayImage difference_from(GrayImage gray) const;

 private:
  // The range of the paper's brightness about a pixel of a smaller picture, so that the pixels on
  // both sides of a shadow's edge are within it. A single pixel where the light is even.
  GrayImage low_;
  GrayImage high_;
  float brightest_;  // paper where the light is uneven
};

}  // namespace inkling
