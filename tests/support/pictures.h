// Pictures made for tests.
#pragma once

#include <array>
#include <cstdint>

#include "data/picture.h"
#include "data/prepare.h"

namespace inkling {

using Color = std::array<std::uint8_t, 4>;  // straight RGBA

inline constexpr Color kWhite = {255, 255, 255, 255};
inline constexpr Color kBlack = {0, 0, 0, 255};
inline constexpr Color kTransparent = {0, 0, 0, 0};

Picture plain_picture(int width, int height, const Color& color);
void set_pixel(Picture& picture, int x, int y, const Color& color);
// The rectangle from (left, top) to (right, bottom), the latter excluded.
void fill_rectangle(Picture& picture, int left, int top, int right, int bottom, const Color& color);
// A line of disc-shaped dabs, like a pen's: thickness is their diameter in pixels, at least 1.
void draw_line(Picture& picture, double x0, double y0, double x1, double y1, double thickness,
               const Color& color);

// MNIST's pixels as an opaque gray picture: white ink on black, or black on white.
Picture white_on_black(const DigitPixels& digit);
Picture black_on_white(const DigitPixels& digit);
// The digit as the alpha channel of one color, as a drawing page exports its canvas.
Picture on_transparency(const DigitPixels& digit, const Color& ink);
// Every pixel becomes factor × factor pixels.
Picture enlarged(const Picture& picture, int factor);
// The picture laid onto a larger one of one color, its top left at (x, y).
Picture placed(const Picture& picture, int x, int y, int width, int height, const Color& paper);

// A picture of one tone, each pixel off by at most `amplitude` at random.
Picture noise(int width, int height, int tone, int amplitude);

int at(const DigitPixels& digit, int x, int y);

double mean_absolute_difference(const DigitPixels& a, const DigitPixels& b);

}  // namespace inkling
