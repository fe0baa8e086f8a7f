// A decoded picture, and what is thrown for one that cannot be decoded.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace inkling {

// A picture whose bytes are wrong or larger than is accepted. what() is one line that may be shown
// to whoever sent it.
class PictureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Straight (not premultiplied) 8-bit RGBA, row by row from the top left.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;  // width * height * 4
};

}  // namespace inkling
