// Pictures made for tests.
#pragma once

#include <array>
#include <cstdint>

#include "data/picture.h"
#include "data/prepare.h"

namespace inkling {

using Colour = std::array<std::uint8_t, 4>;  // straight RGBA

inline constexpr Colour kWhite = {255, 255, 255, 255};
inline constexpr Colour kBlack = {0, 0, 0, 255};
inline constexpr Colour kTransparent = {0, 0, 0, 0};

Picture plain_picture(int width, int height, const Colour& colour);
void set_pixel(Picture& picture, int x, int y, const Colour& colour);
// The rectangle from (left, top) to (right, bottom), the latter excluded.
void fill_rectangle(Picture& picture, int left, int top, int right, int bottom,
                    const Colour& colour);
// A line of disc-shaped dabs, like a pen's: thickness is their diameter in pixels, at least 1.
void draw_line(Picture& picture, double x0, double y0, double x1, double y1, double thickness,
               const Colour& colour);

// MNIST's pixels as an opaque grey picture: white ink on black, or black on white.
Picture white_on_black(const DigitPixels& digit);
Picture black_on_white(const DigitPixels& digit);
// The digit as the alpha channel of one colour, as a drawing page exports its canvas.
Picture on_transparency(const DigitPixels& digit, const Colour& ink);
// Every pixel becomes factor × factor pixels.
Picture enlarged(const Picture& picture, int factor);
// The picture laid onto a larger one of one colour, its top left at (x, y).
Picture placed(const Picture& picture, int x, int y, int width, int height, const Colour& paper);

double mean_absolute_difference(const DigitPixels& a, const DigitPixels& b);

}  // namespace inkling
