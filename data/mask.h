// Sets of an image's pixels. Every function is pure and thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/gray_image.h"

namespace inkling {

// A byte for each of width * height pixels, row by row: 1 where it is in the set, else 0.
struct Mask {
  Mask(int mask_width, int mask_height)
      : width(mask_width),
        height(mask_height),
        values(static_cast<std::size_t>(mask_width) * static_cast<std::size_t>(mask_height)) {}

  std::uint8_t* row(int y) {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  const std::uint8_t* row(int y) const {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }

  int width;
  int height;
  std::vector<std::uint8_t> values;
};

// The pixels whose value holds.
template <class Predicate>
Mask mask_of(const GrayImage& image, const Predicate& holds) {
  Mask mask(image.width, image.height);
  std::transform(image.values.begin(), image.values.end(), mask.values.begin(),
                 [&](float value) -> std::uint8_t { return holds(value) ? 1 : 0; });
  return mask;
}

// Of each pixel the chessboard distance to the nearest one of the mask, row by row (two passes:
// Rosenfeld, Pfaltz 1968). Where there is none, the mask's sides together.
std::vector<int> distance_to(const Mask& mask);

// The pixels whose chessboard distance to one of the mask is at most `reach`: dilation with a
// square. The mask is no higher than 60,000 pixels.
Mask dilated(const Mask& mask, int reach);

}  // namespace inkling
