// Ink → MNIST's frame: cut out, scaled, thickened, centred. Every function is pure and thread-safe;
// ink planes hold 0 (none) to 255 (full).
#pragma once

#include <optional>

#include "data/plane.h"

namespace inkling {

struct Box {
  int x;
  int y;
  int width;
  int height;
};

// The smallest box around every value above `least`; nullopt when there is none.
std::optional<Box> ink_box(const Plane& ink, float least);

// What is in the box; where that lies outside the plane, 0.
Plane crop(const Plane& ink, const Box& box);

// Each result pixel is the average of the area that it covers, fractions of pixels included:
// nothing falls between samples, however much smaller the result is.
Plane area_average(const Plane& plane, int width, int height);

// area_average() to the size whose longer side is given, the other side in proportion (at least 1).
Plane scale_longer_side(const Plane& plane, int longer_side);

// The largest value.
float strongest(const Plane& ink);

// Multiplies so that the strongest value becomes 255. The plane must hold a value above 0.
void stretch_to_full(Plane& ink);

// Width of the pen in pixels, below 1 where a line does not fill the pixels that it crosses. A pen
// stroke of width w and length l has the area w·l and an outline of 2·l, which is the plane's total
// variation.
float stroke_width(const Plane& ink);

// Draws every pixel again as a disc: strokes become 2·radius wider, and the plane larger by the
// radius on each side.
Plane thicken(const Plane& ink, float radius);

struct Point {
  double x;
  double y;
};

// Centres of pixels are whole numbers: the first pixel's is 0. The plane must hold a value above 0.
Point centre_of_mass(const Plane& ink);

// Lays ink into a size × size plane, moved by whole pixels so that its centre of mass comes nearest
// to (size / 2, size / 2), or as near as the edges let it. The ink must not be larger than the
// plane.
Plane centre_by_mass(const Plane& ink, int size);

}  // namespace inkling
