// Picture → ink: which pixels were drawn, on whatever paper. Every function is pure and
// thread-safe.
#pragma once

#include <optional>

#include "data/gray_image.h"
#include "data/picture.h"

namespace inkling {

// Luminance (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B) of the picture laid on white paper. Gray
// pixels keep their value exactly.
GrayImage luminance_on_white(const Picture& picture);

// The alpha channel alone, 0 transparent to 255 opaque.
GrayImage alpha_channel(const Picture& picture);

// The drawing: how far its pixels are from the paper, on the side (darker or lighter) where it is;
// 0 elsewhere, on specks, on a frame around it and on what comes in from outside. A picture of more
// than a million pixels is made smaller; where there is a frame, only what is inside of it is
// returned. nullopt when nothing stands out.
std::optional<GrayImage> ink_on_paper(const GrayImage& gray);

// The picture's ink, from its luminance; where that is blank (white ink on a transparent canvas),
// from its alpha channel.
std::optional<GrayImage> extract_ink(const Picture& picture);

}  // namespace inkling
