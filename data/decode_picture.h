// A picture's file to its pixels, whatever of the formats that are read it is in.
#pragma once

#include <cstdint>
#include <span>

#include "data/picture.h"

namespace inkling {

// Decodes a PNG (data/png.h), JPEG (data/jpeg.h) or WebP (data/webp.h) picture within their limits;
// its first bytes tell which, whatever its name is. Thread-safe: a pure function. Throws
// PictureError; what() repeats nothing of the input.
Picture decode_picture(std::span<const std::uint8_t> bytes);

}  // namespace inkling
