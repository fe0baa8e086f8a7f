// The one thing of a photograph's metadata that concerns its pixels: which way up it is.
#pragma once

#include <cstdint>
#include <span>

#include "data/picture.h"

namespace inkling {

// The orientation, 1 to 8, of the TIFF data in an EXIF block (CIPA DC-008, Exif 2.32, tag 0x0112),
// with or without the six bytes "Exif\0\0" in front. 1, upright, where there is none, or none that
// can be read: a camera's mistake in its notes spoils no picture. Thread-safe: a pure function.
int exif_orientation(std::span<const std::uint8_t> exif);

// The picture as it is meant to be seen; orientation as above. Throws std::invalid_argument for
// another one. Thread-safe: a pure function.
Picture upright(Picture picture, int orientation);

}  // namespace inkling
