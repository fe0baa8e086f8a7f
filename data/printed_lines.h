// Ruled and squared paper: straight lines across the whole picture, fainter than the ink.
#pragma once

#include "data/gray_image.h"

namespace inkling {

// Takes the printed lines out of a picture's ink. Where the drawing crosses them its ink, which is
// stronger, stays. ink: 0 (none) up to `full`; what is below `visible` is noise. Lines may be
// turned by up to 12 degrees from the picture's sides. Thread-safe.
void remove_printed_lines(GrayImage& ink, float full, float visible);

}  // namespace inkling
