// Digits, letters and shapes as strokes of a pen: smooth curves through a few points. No picture of
// handwriting went into them; how people write each digit did.
#pragma once

#include <string_view>

#include "bench/pictures/glyphs.h"
#include "bench/pictures/random.h"

namespace inkling::pictures {

// One of them, as a hand draws it: its points moved a little.
Glyph handwritten_digit(int digit, Random& random);

// What is no digit.
struct NonDigit {
  std::string_view kind;  // one of kNonDigitKinds
  Glyph glyph;
};
inline constexpr std::string_view kNonDigitKinds[] = {"letter", "shape", "scribble", "two digits"};
NonDigit handwritten_non_digit(Random& random);

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
