// One number a pixel: what preparation works on between the picture and the digit.
#pragma once

#include <cstddef>
#include <vector>

namespace inkling {

// width * height values, row by row. Grey planes hold luminance (0 black, 255 white), ink planes
// ink (0 none, 255 full).
struct Plane {
  Plane(int plane_width, int plane_height)
      : width(plane_width),
        height(plane_height),
        values(static_cast<std::size_t>(plane_width) * static_cast<std::size_t>(plane_height)) {}

  float& at(int x, int y) { return values[index(x, y)]; }
  float at(int x, int y) const { return values[index(x, y)]; }

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
