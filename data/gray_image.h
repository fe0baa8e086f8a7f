// A single-channel float image: what preparation works on between the picture and the digit.
#pragma once

#include <cstddef>
#include <vector>

namespace inkling {

// width * height values, row-major. Holds luminance (0 black, 255 white), alpha (0 transparent) or
// ink (0 none, 255 full).
struct GrayImage {
  GrayImage(int image_width, int image_height)
      : width(image_width),
        height(image_height),
        values(static_cast<std::size_t>(image_width) * static_cast<std::size_t>(image_height)) {}

  float& at(int x, int y) { return values[index(x, y)]; }
  float at(int x, int y) const { return values[index(x, y)]; }
  float* row(int y) { return values.data() + index(0, y); }
  const float* row(int y) const { return values.data() + index(0, y); }

  int width;
  int height;
  std::vector<float> values;

 private:
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

}  // namespace inkling
