#include "bench/pictures/strokes.h"

#include <algorithm>
#include <array>
#include <map>
#include <numbers>
#include <stdexcept>
#include <string>

namespace inkling::pictures {
namespace {

// In units of a glyph's height: how far a hand misses a point.
constexpr double kJitter = 0.022;
// Digits are narrower than high; the tables below have a width of 1.
constexpr double kNaturalWidth = 0.62;

const Stroke kTopOfThree{{.12, .12}, {.3, .02}, {.6, .02}, {.82, .16}, {.74, .36}, {.42, .47}};
const Stroke kBellyOfThree{{.42, .47}, {.8, .54}, {.93, .74}, {.72, .95}, {.4, 1}, {.06, .88}};
const Stroke kBellyOfFive{{.12, .46}, {.4, .37}, {.78, .44}, {.93, .68},
                          {.74, .93}, {.4, 1},   {.06, .9}};
const Stroke kHeadOfNine{{.86, .22}, {.62, .02}, {.28, .06}, {.1, .27},
                         {.26, .49}, {.6, .47},  {.86, .22}};

const std::vector<std::vector<Glyph>>& digit_tables() {
  static const std::vector<std::vector<Glyph>> kTables{
      {
          // 0
          {{{.55, 0},
            {.2, .12},
            {.04, .5},
            {.2, .88},
            {.5, 1},
            {.8, .88},
            {.96, .5},
            {.8, .12},
            {.5, .0}}},
          {{{.7, .04},
            {.35, .02},
            {.08, .3},
            {.06, .68},
            {.3, .97},
            {.65, .97},
            {.93, .68},
            {.92, .3},
            {.6, .0}}},
      },
      {
          // 1
          {{{.5, 0}, {.5, 1}}},
          {{{.22, .24}, {.55, 0}}, {{.55, 0}, {.55, 1}}},
          {{{.25, .24}, {.52, 0}}, {{.52, 0}, {.52, 1}}, {{.2, 1}, {.86, 1}}},
      },
      {
          // 2
          {{{.08, .25}, {.22, .05}, {.52, 0}, {.82, .12}, {.84, .34}, {.6, .62}, {.08, 1}},
           {{.08, 1}, {.96, 1}}},
          {{{.12, .2}, {.35, .02}, {.68, .03}, {.86, .22}, {.74, .48}, {.4, .76}, {.06, .98}},
           {{.06, .98}, {.3, .92}, {.62, .99}, {.96, .95}}},
      },
      {
          // 3
          {kTopOfThree, kBellyOfThree},
          {{{.1, .02}, {.86, .02}},
           {{.86, .02}, {.4, .4}},
           {{.4, .4}, {.78, .48}, {.93, .72}, {.72, .95}, {.4, 1}, {.06, .88}}},
      },
      {
          // 4
          {{{.32, 0}, {.06, .62}}, {{.06, .62}, {.96, .62}}, {{.7, .16}, {.66, 1}}},
          {{{.66, 0}, {.04, .68}}, {{.04, .68}, {.96, .68}}, {{.66, 0}, {.66, 1}}},
      },
      {
          // 5: in one, and with its top apart
          {{{.88, .0}, {.22, .01}}, {{.22, .01}, {.12, .46}}, kBellyOfFive},
          {{{.2, .05}, {.12, .46}}, kBellyOfFive, {{.3, .0}, {.92, -.01}}},
      },
      {
          // 6
          {{{.76, 0},
            {.36, .2},
            {.1, .56},
            {.14, .86},
            {.45, 1},
            {.8, .9},
            {.88, .7},
            {.64, .52},
            {.32, .56},
            {.1, .76}}},
          {{{.6, 0},
            {.26, .28},
            {.08, .64},
            {.26, .96},
            {.62, .98},
            {.88, .78},
            {.72, .54},
            {.4, .52},
            {.14, .72}}},
      },
      {
          // 7
          {{{.06, .02}, {.94, .02}}, {{.94, .02}, {.6, .5}, {.4, 1}}},
          {{{.06, .03}, {.94, .02}}, {{.94, .02}, {.62, .5}, {.44, 1}}, {{.26, .52}, {.84, .5}}},
          {{{.08, .16}, {.08, .02}}, {{.08, .02}, {.92, .02}}, {{.92, .02}, {.5, 1}}},
      },
      {
          // 8: in one stroke, and two rings
          {{{.78, .14},
            {.5, 0},
            {.2, .1},
            {.2, .3},
            {.5, .48},
            {.84, .68},
            {.82, .9},
            {.5, 1},
            {.17, .9},
            {.15, .7},
            {.48, .48},
            {.76, .32},
            {.78, .14}}},
          {{{.5, 0}, {.2, .1}, {.18, .32}, {.5, .46}, {.8, .32}, {.78, .1}, {.5, 0}},
           {{.5, .46}, {.14, .6}, {.12, .86}, {.5, 1}, {.88, .86}, {.86, .6}, {.5, .46}}},
      },
      {
          // 9
          {kHeadOfNine, {{.88, .1}, {.86, .5}, {.76, 1}}},
          {kHeadOfNine, {{.86, .16}, {.9, .55}, {.72, .92}, {.36, 1}, {.14, .9}}},
      },
  };
  return kTables;
}

// Letters whose capitals are no digits in any hand: no B, G, I, J, L, O, Q, S, Z.
const std::map<char, Glyph>& letter_tables() {
  static const std::map<char, Glyph> kTables{
      {'A', {{{.05, 1}, {.5, 0}}, {{.5, 0}, {.95, 1}}, {{.2, .66}, {.8, .66}}}},
      {'E', {{{.9, 0}, {.1, 0}}, {{.1, 0}, {.1, 1}}, {{.1, 1}, {.9, 1}}, {{.1, .5}, {.75, .5}}}},
      {'F', {{{.9, 0}, {.1, 0}}, {{.1, 0}, {.1, 1}}, {{.1, .48}, {.75, .48}}}},
      {'H', {{{.08, 0}, {.08, 1}}, {{.92, 0}, {.92, 1}}, {{.08, .5}, {.92, .5}}}},
      {'K', {{{.1, 0}, {.1, 1}}, {{.9, 0}, {.1, .55}}, {{.35, .42}, {.95, 1}}}},
      {'M', {{{.05, 1}, {.1, 0}}, {{.1, 0}, {.5, .6}}, {{.5, .6}, {.9, 0}}, {{.9, 0}, {.95, 1}}}},
      {'N', {{{.08, 1}, {.08, 0}}, {{.08, 0}, {.92, 1}}, {{.92, 1}, {.92, 0}}}},
      {'R',
       {{{.1, 0}, {.1, 1}},
        {{.1, 0}, {.7, .02}, {.88, .25}, {.65, .48}, {.1, .5}},
        {{.4, .5}, {.92, 1}}}},
      {'T', {{{.02, 0}, {.98, 0}}, {{.5, 0}, {.5, 1}}}},
      {'V', {{{.05, 0}, {.5, 1}}, {{.5, 1}, {.95, 0}}}},
      {'W',
       {{{.02, 0}, {.25, 1}}, {{.25, 1}, {.5, .3}}, {{.5, .3}, {.75, 1}}, {{.75, 1}, {.98, 0}}}},
      {'X', {{{.05, 0}, {.95, 1}}, {{.95, 0}, {.05, 1}}}},
      {'Y', {{{.05, 0}, {.5, .5}}, {{.95, 0}, {.5, .5}}, {{.5, .5}, {.5, 1}}}},
  };
  return kTables;
}

Stroke ring(double x, double y, double radius) {
  Stroke points;
  for (int i = 0; i <= 12; ++i) {
    const double angle = 2 * std::numbers::pi * i / 12;
    points.push_back({x + radius * std::cos(angle), y + radius * std::sin(angle)});
  }
  return points;
}

Glyph smiley() {
  return {ring(.5, .5, .5),
          ring(.32, .36, .04),
          ring(.68, .36, .04),
          {{.24, .6}, {.36, .74}, {.5, .78}, {.64, .74}, {.76, .6}}};
}

Glyph heart() {
  return {{{.5, .28}, {.3, .03}, {.04, .16}, {.1, .5}, {.5, 1}},
          {{.5, .28}, {.7, .03}, {.96, .16}, {.9, .5}, {.5, 1}}};
}

// A polygon with straight sides.
Glyph polygon(const std::vector<StrokePoint>& corners) {
  Glyph sides;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    sides.push_back({corners[i], corners[(i + 1) % corners.size()]});
  }
  return sides;
}

Glyph star() {
  std::vector<StrokePoint> corners;
  for (int i = 0; i < 5; ++i) {
    const double angle = 2 * std::numbers::pi * (2.0 * i / 5 - 0.25);
    corners.push_back({.5 + .5 * std::cos(angle), .5 + .5 * std::sin(angle)});
  }
  return polygon(corners);
}

Glyph spiral() {
  Stroke points;
  for (int i = 0; i <= 36; ++i) {
    const double angle = 2 * std::numbers::pi * i / 12;
    points.push_back({.5 + .5 * i / 36 * std::cos(angle), .5 + .5 * i / 36 * std::sin(angle)});
  }
  return {points};
}

const std::vector<Glyph>& shapes() {
  static const std::vector<Glyph> kTables{
      smiley(),
      heart(),
      star(),
      spiral(),
      polygon({{.5, 0}, {1, 1}, {0, 1}}),
      polygon({{0, .1}, {1, .1}, {1, 1}, {0, 1}}),
      {{{0, .5}, {1, .5}}, {{.5, 0}, {.5, 1}}},                                            // plus
      {{{.3, 0}, {.2, 1}}, {{.75, 0}, {.65, 1}}, {{0, .3}, {1, .3}}, {{0, .7}, {1, .7}}},  // hash
      {{{0, .5}, {1, .5}}, {{.7, .25}, {1, .5}}, {{.7, .75}, {1, .5}}},                    // arrow
      {{{0, .55}, {.35, 1}}, {{.35, 1}, {1, 0}}},                                          // check
      {{{0, .6}, {.17, .25}, {.33, .6}, {.5, .85}, {.67, .5}, {.83, .25}, {1, .6}}},       // wave
      {{{0, 0}, {.2, 1}},
       {{.2, 1}, {.4, 0}},
       {{.4, 0}, {.6, 1}},
       {{.6, 1}, {.8, 0}},
       {{.8, 0}, {1, 1}}},
  };
  return kTables;
}

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

const std::vector<Glyph>& ways_to_draw(int digit) {
  return digit_tables().at(static_cast<std::size_t>(digit));
}

Glyph handwritten_digit(int digit, Random& random) {
  const std::vector<Glyph>& ways = ways_to_draw(digit);
  return by_hand(ways[static_cast<std::size_t>(random.below(static_cast<int>(ways.size())))],
                 kNaturalWidth, random);
}

std::string_view letters() {
  static const std::string kNames = [] {
    std::string all;
    for (const auto& [name, glyph] : letter_tables()) {
      all += name;
    }
    return all;
  }();
  return kNames;
}

Glyph letter(char name) { return letter_tables().at(name); }

Glyph handwritten_non_digit(Random& random) {
  switch (random.below(4)) {
    case 0:
      return by_hand(letter(letters()[static_cast<std::size_t>(
                         random.below(static_cast<int>(letters().size())))]),
                     random.uniform(0.6, 1), random);
    case 1:
      return by_hand(
          shapes()[static_cast<std::size_t>(random.below(static_cast<int>(shapes().size())))],
          random.uniform(0.8, 1.2), random);
    case 2:
      return scribble(random);
    default:
      return two_digits(random);
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
