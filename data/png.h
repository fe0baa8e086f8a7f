// PNG in and out, through lodepng, with limits that lodepng does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/picture.h"

namespace inkling {

struct PngLimits {
  // width * height, read from the header before anything is allocated.
  std::int64_t max_pixels = 4'000'000;
  // What the file's compressed data may become. The size in the header sets a lower limit of its
  // own.
  std::size_t max_inflated_bytes = std::size_t{64} << 20;
};

// Decodes any PNG (gray, palette, RGB, alpha, 1 to 16 bit, interlaced or not). Text, color
// profiles and other ancillary chunks are skipped unread. Thread-safe: a pure function. Throws
// PictureError.
Picture decode_png(std::span<const std::uint8_t> bytes, const PngLimits& limits = {});

// How much memory decode_png() and preparing its picture take at most, by the header; 0 where it
// throws for the header alone. Thread-safe: a pure function.
std::size_t png_memory(std::span<const std::uint8_t> bytes, const PngLimits& limits = {});

// Encodes width*height gray bytes (0 black, 255 white) as an 8-bit gray PNG. Thread-safe: a pure
// function. Throws std::invalid_argument when gray does not hold width*height bytes.
std::vector<std::uint8_t> encode_gray_png(std::span<const std::uint8_t> gray, int width,
                                          int height);

}  // namespace inkling
