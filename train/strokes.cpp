#include "train/strokes.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace inkling {
namespace {

// Of a picture's side: MNIST's pens.
constexpr float kThinPen = 1.6F / 28;
constexpr float kThickPen = 4.0F / 28;
constexpr float kMarker = 8.0F / 28;

float distance_to_segment(PenPoint a, PenPoint b, float x, float y) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length2 = dx * dx + dy * dy;
  const float along =
      length2 > 0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / length2, 0.0F, 1.0F) : 0;
  return std::hypot(x - a.x - along * dx, y - a.y - along * dy);
}

// The pixel's share within the pen's radius, as if its edge were straight.
std::uint8_t covered(float radius, float distance) {
  return static_cast<std::uint8_t>(
      std::lround(255 * std::clamp(radius + 0.5F - distance, 0.0F, 1.0F)));
}

void draw_segment(PenPoint a, PenPoint b, float radius, int side, std::uint8_t* pixels) {
  const float reach = radius + 1;
  const auto first = [&](float u, float v) {
    return std::max(0, static_cast<int>(std::floor(std::min(u, v) - reach)));
  };
  const auto last = [&](float u, float v) {
    return std::min(side - 1, static_cast<int>(std::ceil(std::max(u, v) + reach)));
  };
  for (int y = first(a.y, b.y); y <= last(a.y, b.y); ++y) {
    for (int x = first(a.x, b.x); x <= last(a.x, b.x); ++x) {
      const float distance =
          distance_to_segment(a, b, static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F);
      std::uint8_t& pixel = pixels[y * side + x];
      pixel = std::max(pixel, covered(radius, distance));
    }
  }
}

}  // namespace

DrawingSize size_of(const Drawing& drawing) {
  float left = INFINITY;
  float top = INFINITY;
  float right = -INFINITY;
  float bottom = -INFINITY;
  for (const PenLine& line : drawing) {
    for (const PenPoint& point : line) {
      left = std::min(left, point.x);
      top = std::min(top, point.y);
      right = std::max(right, point.x);
      bottom = std::max(bottom, point.y);
    }
  }
  return {left, top, right - left, bottom - top};
}

void stretch(Drawing& drawing, float wider) {
  for (PenLine& line : drawing) {
    for (PenPoint& point : line) {
      point.x *= wider;
    }
  }
}

void fit(Drawing& drawing, float frame, float pen, int side) {
  const DrawingSize size = size_of(drawing);
  const float scale = (frame - pen) / std::max(size.width, size.height);
  const float middle = static_cast<float>(side) / 2;
  for (PenLine& line : drawing) {
    for (PenPoint& point : line) {
      point = {middle + scale * (point.x - size.left - size.width / 2),
               middle + scale * (point.y - size.top - size.height / 2)};
    }
  }
}

void draw(const Drawing& drawing, float pen, int side, std::uint8_t* pixels) {
  for (const PenLine& line : drawing) {
    for (std::size_t i = 1; i < line.size(); ++i) {
      draw_segment(line[i - 1], line[i], pen / 2, side, pixels);
    }
  }
}

void check_drawable(const Dataset& data, const char* what) {
  if (data.height != data.width || data.width < 8 || data.width > 256) {
    throw std::invalid_argument("expected square pictures of 8 to 256 pixels a side to make " +
                                std::string(what) + " beside them, received " +
                                std::to_string(data.height) + "×" + std::to_string(data.width));
  }
}

void draw_in_frame(Drawing drawing, PictureRandom& random, int side, std::uint8_t* pixels) {
  const float share = random.chance(0.05F) ? random.uniform(kThickPen, kMarker)
                                           : random.uniform(kThinPen, kThickPen);
  const float pen = share * static_cast<float>(side);
  fit(drawing, kDigitFrame * static_cast<float>(side), pen, side);
  draw(drawing, pen, side, pixels);
}

}  // namespace inkling
