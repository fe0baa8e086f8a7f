// Pictures to files, as cameras and programs write them. Each function throws std::bad_alloc where
// its library fails: a picture is sound, memory is all that can be missing.
#pragma once

#include <cstdint>
#include <vector>

#include "data/picture.h"

namespace inkling::pictures {

enum class JpegScans { one, progressive };

std::vector<std::uint8_t> encode_png(const Picture& picture);
// A small file, and much work for whoever decodes it: noise of 16-bit RGBA, interlaced, every row
// behind Paeth's filter.
std::vector<std::uint8_t> encode_slow_png(int width, int height);

// At that quality, 1 to 100, its colors stored at half the resolution, as is usual. Without alpha.
std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality,
                                      JpegScans scans = JpegScans::one);
std::vector<std::uint8_t> encode_webp(const Picture& picture, int quality);

}  // namespace inkling::pictures
