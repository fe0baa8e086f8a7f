// WebP in, through libwebp, with limits that it does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/picture.h"

namespace inkling {

struct WebpLimits : PhotoLimits {
  // One without loss is held whole before it is scaled.
  std::int64_t max_lossless_pixels = 4'000'000;
};

// Decodes a WebP picture, turned upright as its EXIF data say. One of more than
// limits.enough_pixels is scaled down to that many while it is decoded. Thread-safe: a pure
// function. Throws PictureError, for an animation as well.
Picture decode_webp(std::span<const std::uint8_t> bytes, const WebpLimits& limits = {});

// How much memory decode_webp() and preparing its picture take at most, by the header; 0 where it
// throws for the header alone. Thread-safe: a pure function.
std::size_t webp_memory(std::span<const std::uint8_t> bytes, const WebpLimits& limits = {});

}  // namespace inkling
