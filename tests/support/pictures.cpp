#include "tests/support/pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <random>

namespace inkling {
namespace {

Picture gray_picture(const DigitPixels& digit, bool inverted) {
  Picture picture = plain_picture(kDigitSize, kDigitSize, kBlack);
  for (std::size_t i = 0; i < digit.size(); ++i) {
    const auto gray = static_cast<std::uint8_t>(inverted ? 255 - digit[i] : digit[i]);
    std::fill_n(&picture.rgba[4 * i], 3, gray);
  }
  return picture;
}

Color pixel_of(const Picture& picture, int x, int y) {
  Color color{};
  std::copy_n(&picture.rgba[4 * (static_cast<std::size_t>(y) * picture.width + x)], 4,
              color.begin());
  return color;
}

}  // namespace

Picture plain_picture(int width, int height, const Color& color) {
  Picture picture{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    picture.rgba.insert(picture.rgba.end(), color.begin(), color.end());
  }
  return picture;
}

void set_pixel(Picture& picture, int x, int y, const Color& color) {
  std::copy(color.begin(), color.end(),
            &picture.rgba[4 * (static_cast<std::size_t>(y) * picture.width + x)]);
}

void fill_rectangle(Picture& picture, int left, int top, int right, int bottom,
                    const Color& color) {
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      set_pixel(picture, x, y, color);
    }
  }
}

void draw_line(Picture& picture, double x0, double y0, double x1, double y1, double thickness,
               const Color& color) {
  const int steps = 1 + static_cast<int>(2 * std::hypot(x1 - x0, y1 - y0));
  const double radius = thickness / 2;
  for (int step = 0; step <= steps; ++step) {
    const double x = x0 + (x1 - x0) * step / steps;
    const double y = y0 + (y1 - y0) * step / steps;
    for (int py = static_cast<int>(y - radius); py <= y + radius; ++py) {
      for (int px = static_cast<int>(x - radius); px <= x + radius; ++px) {
        const bool inside = std::hypot(px + 0.5 - x, py + 0.5 - y) <= std::max(radius, 0.71);
        if (inside && px >= 0 && py >= 0 && px < picture.width && py < picture.height) {
          set_pixel(picture, px, py, color);
        }
      }
    }
  }
}

Picture white_on_black(const DigitPixels& digit) { return gray_picture(digit, false); }

Picture black_on_white(const DigitPixels& digit) { return gray_picture(digit, true); }

Picture on_transparency(const DigitPixels& digit, const Color& ink) {
  Picture picture = plain_picture(kDigitSize, kDigitSize, ink);
  for (std::size_t i = 0; i < digit.size(); ++i) {
    picture.rgba[4 * i + 3] = digit[i];
  }
  return picture;
}

Picture enlarged(const Picture& picture, int factor) {
  Picture result = plain_picture(picture.width * factor, picture.height * factor, kTransparent);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      set_pixel(result, x, y, pixel_of(picture, x / factor, y / factor));
    }
  }
  return result;
}

Picture placed(const Picture& picture, int x, int y, int width, int height, const Color& paper) {
  Picture result = plain_picture(width, height, paper);
  for (int py = 0; py < picture.height; ++py) {
    for (int px = 0; px < picture.width; ++px) {
      set_pixel(result, x + px, y + py, pixel_of(picture, px, py));
    }
  }
  return result;
}

Picture noise(int width, int height, int tone, int amplitude) {
  std::mt19937 random(1);
  Picture picture = plain_picture(width, height, kWhite);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int off = static_cast<int>(random() % static_cast<unsigned>(2 * amplitude + 1));
      const auto value = static_cast<std::uint8_t>(std::clamp(tone + off - amplitude, 0, 255));
      set_pixel(picture, x, y, {value, value, value, 255});
    }
  }
  return picture;
}

int at(const DigitPixels& digit, int x, int y) {
  return digit[static_cast<std::size_t>(y) * kDigitSize + static_cast<std::size_t>(x)];
}

double mean_absolute_difference(const DigitPixels& a, const DigitPixels& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += std::abs(int{a[i]} - int{b[i]});
  }
  return sum / static_cast<double>(a.size());
}

}  // namespace inkling
