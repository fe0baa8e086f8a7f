// Ink made for tests of single-channel images.
#pragma once

#include <vector>

#include "data/digit_geometry.h"

namespace inkling {

// side × side pixels, 9 in the boxes and 0 elsewhere.
inline GrayImage ink_of_boxes(const std::vector<Box>& boxes, int side) {
  GrayImage ink(side, side);
  for (const Box& box : boxes) {
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) {
        ink.at(x, y) = 9;
      }
    }
  }
  return ink;
}

}  // namespace inkling
