// Drawings of what is no digit, in the unit square or near it.
#pragma once

#include "train/strokes.h"

namespace inkling {

// Two to six lines and arcs between places of a coarse grid, most beginning where another is.
Drawing random_figure(PictureRandom& random);

// A capital letter, or two to five of the strokes that letters and signs are made of, as a hand
// places them; not those that together are a digit.
Drawing random_sign(PictureRandom& random);

// One long line that keeps turning.
Drawing random_scribble(PictureRandom& random);

// A polygon, a star or a lobed curve, with or without marks inside; a ring with marks.
Drawing random_shape(PictureRandom& random);

}  // namespace inkling
