#include "data/printed_lines.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace inkling {
namespace {

constexpr int kSide = 300;
constexpr float kFull = 200;
constexpr float kRule = 80;

// Lines every 30 pixels, 2 wide, turned by so many degrees.
GrayImage ruled(double degrees, bool squared) {
  const double angle = degrees * std::numbers::pi / 180;
  GrayImage ink(kSide, kSide);
  const auto on_line = [](double place) { return place - 30 * std::floor(place / 30) < 2; };
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double u = std::cos(angle) * x + std::sin(angle) * y;
      const double v = std::cos(angle) * y - std::sin(angle) * x;
      ink.at(x, y) = on_line(v) || (squared && on_line(u)) ? kRule : 0;
    }
  }
  return ink;
}

void draw_stroke(GrayImage& ink, int left) {
  for (int y = 60; y < 240; ++y) {
    for (int x = left; x < left + 8; ++x) {
      ink.at(x, y) = kFull;
    }
  }
}

int pixels_above(const GrayImage& ink, float value) {
  int count = 0;
  for (const float here : ink.values) {
    count += here > value ? 1 : 0;
  }
  return count;
}

TEST(PrintedLines, AreTakenOutAtAnyTiltAndBothWays) {
  for (const double degrees : {0.0, 1.3, -4.0, 8.0, -11.0}) {
    for (const bool squared : {false, true}) {
      GrayImage ink = ruled(degrees, squared);
      const int before = pixels_above(ink, 0);
      draw_stroke(ink, 143);
      remove_printed_lines(ink, kFull, 5);
      EXPECT_EQ(pixels_above(ink, kRule), 8 * 180) << "the stroke stays, crossings and all";
      EXPECT_LE(pixels_above(ink, 0) - 8 * 180, before / 20) << degrees << ' ' << squared;
    }
  }
}

TEST(PrintedLines, AreNoStrokesOfADigit) {
  GrayImage ink(kSide, kSide);
  draw_stroke(ink, 100);
  draw_stroke(ink, 190);
  for (int x = 100; x < 198; ++x) {
    ink.at(x, 150) = kRule;
  }
  const GrayImage before = ink;
  remove_printed_lines(ink, kFull, 5);
  EXPECT_EQ(ink.values, before.values);
}

TEST(PrintedLines, AsStrongAsTheInkStay) {
  GrayImage ink = ruled(0, false);
  const GrayImage before = ink;
  remove_printed_lines(ink, kRule, 5);
  EXPECT_EQ(ink.values, before.values);
}

TEST(PrintedLines, AreNotFoundInNoiseAndOnTheSmallestImages) {
  GrayImage speckled(kSide, kSide);
  std::uint32_t state = 1;
  for (float& value : speckled.values) {
    state = state * 1664525 + 1013904223;
    value = state >> 28 == 0 ? kRule : 0;
  }
  const GrayImage before = speckled;
  remove_printed_lines(speckled, kFull, 5);
  EXPECT_EQ(speckled.values, before.values);
  for (const int side : {1, 3, 64}) {
    GrayImage small(side, side);
    remove_printed_lines(small, kFull, 5);
    EXPECT_EQ(pixels_above(small, 0), 0);
  }
}

}  // namespace
}  // namespace inkling
