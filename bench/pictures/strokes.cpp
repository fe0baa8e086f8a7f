#include "bench/pictures/strokes.h"

#include <algorithm>
#include <array>
#include <numbers>

namespace inkling::pictures {
namespace {

// In units of a glyph's height: how far a hand misses a point.
constexpr double kJitter = 0.022;
// Digits are narrower than high; the tables below have a width of 1.
constexpr double kNaturalWidth = 0.62;

Glyph scribble(Random& random) {
  Stroke points;
  const int count = 8 + random.below(16);
  for (int i = 0; i < count; ++i) {
    points.push_back({random.uniform(), random.uniform()});
  }
  return {points};
}

Glyph moved(const Glyph& glyph, double dx) {
  Glyph result = glyph;
  for (Stroke& stroke : result) {
    for (StrokePoint& point : stroke) {
      point.x += dx;
    }
  }
  return result;
}

Glyph by_hand(const Glyph& glyph, double width, Random& random) {
  Glyph drawn = glyph;
  for (Stroke& stroke : drawn) {
    for (StrokePoint& point : stroke) {
      point = {point.x * width + kJitter * random.normal(), point.y + kJitter * random.normal()};
    }
  }
  return drawn;
}

Glyph two_digits(Random& random) {
  Glyph both = handwritten_digit(random.below(10), random);
  const Glyph second = handwritten_digit(random.below(10), random);
  const double gap = random.uniform(0.05, 0.3);
  const double start = extent_of(both).right + gap - extent_of(second).left;
  for (const Stroke& stroke : moved(second, start)) {
    both.push_back(stroke);
  }
  return both;
}

double distance(const StrokePoint& a, const StrokePoint& b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

StrokePoint between(const StrokePoint& a, const StrokePoint& b, double ta, double tb, double t) {
  const double share = tb > ta ? (t - ta) / (tb - ta) : 0;
  return {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
}

}  // namespace

Glyph handwritten_digit(int digit, Random& random) {
  const std::vector<Glyph>& ways = ways_to_draw(digit);
  return by_hand(ways[static_cast<std::size_t>(random.below(static_cast<int>(ways.size())))],
                 kNaturalWidth, random);
}

NonDigit handwritten_non_digit(Random& random) {
  const auto any_of = [&random](const auto& choices) {
    return choices[static_cast<std::size_t>(random.below(static_cast<int>(choices.size())))];
  };
  switch (random.below(4)) {
    case 0:
      return {"letter", by_hand(letter(any_of(letters())), random.uniform(0.6, 1), random)};
    case 1:
      return {"shape", by_hand(any_of(shapes()), random.uniform(0.8, 1.2), random)};
    case 2:
      return {"scribble", scribble(random)};
    default:
      return {"two digits", two_digits(random)};
  }
}

Glyph transformed(const Glyph& glyph, double degrees, double slant, double width) {
  const Extent extent = extent_of(glyph);
  const double center_x = (extent.left + extent.right) / 2;
  const double center_y = (extent.top + extent.bottom) / 2;
  const double angle = degrees * std::numbers::pi / 180;
  Glyph result = glyph;
  for (Stroke& stroke : result) {
    for (StrokePoint& point : stroke) {
      const double y = point.y - center_y;
      const double x = width * (point.x - center_x) - slant * y;
      point = {center_x + std::cos(angle) * x - std::sin(angle) * y,
               center_y + std::sin(angle) * x + std::cos(angle) * y};
    }
  }
  return result;
}

// Barry and Goldman's pyramid, with knots by the square root of the distance (Yuksel, Schaefer,
// Keyser 2011): no loops and no cusps between near points.
Stroke smooth(const Stroke& stroke) {
  constexpr int kSteps = 10;
  if (stroke.size() < 3) {
    return stroke;
  }
  const auto point = [&](std::ptrdiff_t i) {
    const std::ptrdiff_t last = std::ssize(stroke) - 1;
    if (i < 0) {
      return StrokePoint{2 * stroke[0].x - stroke[1].x, 2 * stroke[0].y - stroke[1].y};
    }
    if (i > last) {
      const StrokePoint& end = stroke[static_cast<std::size_t>(last)];
      const StrokePoint& before = stroke[static_cast<std::size_t>(last - 1)];
      return StrokePoint{2 * end.x - before.x, 2 * end.y - before.y};
    }
    return stroke[static_cast<std::size_t>(i)];
  };
  Stroke curve{stroke.front()};
  for (std::ptrdiff_t i = 0; i + 1 < std::ssize(stroke); ++i) {
    const std::array<StrokePoint, 4> p{point(i - 1), point(i), point(i + 1), point(i + 2)};
    std::array<double, 4> knot{};
    for (std::size_t k = 1; k < 4; ++k) {
      knot[k] = knot[k - 1] + std::sqrt(distance(p[k - 1], p[k]));
    }
    for (int step = 1; step <= kSteps; ++step) {
      const double t = knot[1] + (knot[2] - knot[1]) * step / kSteps;
      const StrokePoint a = between(p[0], p[1], knot[0], knot[1], t);
      const StrokePoint b = between(p[1], p[2], knot[1], knot[2], t);
      const StrokePoint c = between(p[2], p[3], knot[2], knot[3], t);
      const StrokePoint d = between(a, b, knot[0], knot[2], t);
      const StrokePoint e = between(b, c, knot[1], knot[3], t);
      curve.push_back(between(d, e, knot[1], knot[2], t));
    }
  }
  return curve;
}

Extent extent_of(const Glyph& glyph) {
  Extent extent{1e9, 1e9, -1e9, -1e9};
  for (const Stroke& stroke : glyph) {
    for (const StrokePoint& point : stroke) {
      extent = {std::min(extent.left, point.x), std::min(extent.top, point.y),
                std::max(extent.right, point.x), std::max(extent.bottom, point.y)};
    }
  }
  return extent;
}

}  // namespace inkling::pictures
