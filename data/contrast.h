// What stands out of the paper: the ink, with whatever else is on its side of the paper's
// brightness. Every function is pure and thread-safe.
#pragma once

#include "data/components.h"
#include "data/gray_image.h"

namespace inkling {

// What stands out of the paper on one side of it.
struct Contrast {
  GrayImage ink;  // how far each pixel is from the paper; 0 on its other side
  float strongest;
  float noise;  // standard deviation
};

// On the side, darker or lighter, where the drawing is. Noise is averaged out as far as makes the
// ink clear, or else clearest.
Contrast clearest_contrast(const GrayImage& gray);

// Whether anything stands out by more than codecs, scanners and noise make of nothing.
bool is_visible(const Contrast& contrast);

// The ink of a full stroke, and the least of its soft edges.
float full_ink(const Contrast& contrast);
float faint_ink(const Contrast& contrast);

// What noise does not reach, but for a few pixels.
float above_noise(const Contrast& contrast);

// The connected parts of all that is strong, weaker pixels beside it included.
Components parts_of(const Contrast& contrast);

// The same down to the faintest ink.
Components whole_parts_of(const Contrast& contrast);

}  // namespace inkling
