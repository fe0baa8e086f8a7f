// A picture's file to its pixels, whatever of the formats that are read it is in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/picture.h"

namespace inkling {

// Decodes a PNG (data/png.h), JPEG (data/jpeg.h) or WebP (data/webp.h) picture within their limits;
// its first bytes tell which, whatever its name is. Thread-safe: a pure function. Throws
// PictureError; what() repeats nothing of the input.
Picture decode_picture(std::span<const std::uint8_t> bytes);

// How many bytes of memory decoding and preparing (data/prepare.h) the picture take at most, by
// its header; 0 for what decode_picture() refuses without looking further. Thread-safe: a pure
// function.
std::size_t memory_to_decode(std::span<const std::uint8_t> bytes);

}  // namespace inkling
