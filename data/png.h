// PNG in and out, through lodepng, with limits that lodepng does not have.
#pragma once

#include "data/picture.h"

namespace inkling {

struct PngLimits {
  std::int64_t max_pixels = 4'000'000;              // width * height, read from the header before anything is allocated
  std::size_t max_inflated_bytes = 64u << 20;       // bytes that all zlib streams of the file may become
};

// Decodes any PNG (grey, palette, RGB, alpha, 1 to 16 bit). Throws PictureError.
Picture decode_png(std::span<const std::uint8_t> bytes, const PngLimits& limits = {});

// Encodes width*height grey bytes (0 black, 255 white) as an 8-bit grey PNG.
std::vector<std::uint8_t> encode_grey_png(std::span<const std::uint8_t> grey, int width, int height);

}  // namespace inkling
