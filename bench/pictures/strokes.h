// Digits, letters and shapes as strokes of a pen: smooth curves through a few points. No picture of
// handwriting went into them; how people write each digit did.
#pragma once

#include <string_view>
#include <vector>

#include "bench/pictures/random.h"

namespace inkling::pictures {

// x to the right, y down. A glyph's natural height is 1, from y = 0 to y = 1.
struct StrokePoint {
  double x;
  double y;
};
using Stroke = std::vector<StrokePoint>;
using Glyph = std::vector<Stroke>;

// The ways in which a digit is drawn: a four open or closed, a seven with a bar or without, a five
// whose top is apart, …
const std::vector<Glyph>& ways_to_draw(int digit);

// One of them, as a hand draws it: its points moved a little.
Glyph handwritten_digit(int digit, Random& random);

// What is no digit: a letter, a shape, a scribble or two digits side by side.
Glyph handwritten_non_digit(Random& random);
// The names of what handwritten_non_digit() draws.
Glyph letter(char name);  // A to Z, but for those that look like digits; throws std::out_of_range
std::string_view letters();

// Turned by so many degrees, slanted, and `width` times as wide, about its middle.
Glyph transformed(const Glyph& glyph, double degrees, double slant, double width);

// The curve through a stroke's points (centripetal Catmull-Rom), as a polyline.
Stroke smooth(const Stroke& stroke);

struct Extent {
  double left;
  double top;
  double right;
  double bottom;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};
Extent extent_of(const Glyph& glyph);

}  // namespace inkling::pictures
