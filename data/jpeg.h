// JPEG in, through TurboJPEG, with limits that it does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/picture.h"

namespace inkling {

// Decodes a baseline or progressive JPEG in gray or color, turned upright as its EXIF data say. One
// of more than limits.enough_pixels comes at a half, a quarter or an eighth of its size, which
// costs a fraction of decoding it whole. Damage within the picture is decoded as far as it goes, as
// Pillow and browsers do; a file without its end is refused. Thread-safe: a pure function. Throws
// PictureError.
Picture decode_jpeg(std::span<const std::uint8_t> bytes, const PhotoLimits& limits = {});

// How much memory decode_jpeg() and preparing its picture take at most, by the header; 0 where it
// throws for the header alone. Thread-safe: a pure function.
std::size_t jpeg_memory(std::span<const std::uint8_t> bytes, const PhotoLimits& limits = {});

}  // namespace inkling
