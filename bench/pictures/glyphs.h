// Digits, letters and shapes as points that a pen passes through.
#pragma once

#include <string_view>
#include <vector>

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

// A to Z, but for those that look like digits. letter() throws std::out_of_range for another.
std::string_view letters();
Glyph letter(char name);

// A smiley, a heart, a star, …
const std::vector<Glyph>& shapes();

}  // namespace inkling::pictures
