// EXIF data as a camera writes them, with nothing in them but an orientation.
#pragma once

#include <cstdint>
#include <vector>

namespace inkling {

// TIFF data with one directory of one entry. type: 3 is a 16-bit number, as the tag must be.
inline std::vector<std::uint8_t> tiff_with_orientation(std::uint8_t value, bool big_endian,
                                                       std::uint8_t type = 3) {
  if (big_endian) {
    return {'M',  'M', 0, 42, 0, 0, 0,     8, 0, 1, 0x01, 0x12, 0,
            type, 0,   0, 0,  1, 0, value, 0, 0, 0, 0,    0,    0};
  }
  return {'I', 'I', 42, 0, 8, 0,     0, 0, 1, 0, 0x12, 0x01, type,
          0,   1,   0,  0, 0, value, 0, 0, 0, 0, 0,    0,    0};
}

}  // namespace inkling
