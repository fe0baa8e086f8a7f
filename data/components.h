// The connected parts of a drawing, and which of them are the digit's. Every function is pure and
// thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "data/digit_geometry.h"
#include "data/gray_image.h"

namespace inkling {

// A set of pixels that touch each other, diagonally too.
struct Component {
  Box box;
  std::int64_t area = 0;
  float strongest = 0;  // ink
};

struct Components {
  // Of each pixel the number of its component, from 1; 0 is none. Row by row.
  std::vector<std::int32_t> labels;
  std::vector<Component> all;  // number n is all[n - 1]
};

// Of the pixels whose ink is at least `weak`; those without a pixel of at least `strong` are left
// out (hysteresis, Canny 1986).
Components connected_components(const GrayImage& ink, float weak, float strong);

// The box around those parts; of none it is empty, all 0.
Box box_of(const Components& components, const std::vector<bool>& parts);

// Which of them belong to the drawing: not specks; not a frame around it, nor what comes in from
// the picture's edge, where there is something else.
std::vector<bool> parts_of_drawing(const Components& components, int width, int height);

}  // namespace inkling
