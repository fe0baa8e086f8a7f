#include "bench/pictures/scene.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "bench/pictures/stress_set.h"

namespace inkling::pictures {
namespace {

constexpr int kSide = 100;

int brightness(const Picture& picture, int x, int y) {
  const int pixel = y * picture.width + x;
  return picture.rgba[std::size_t{4} * static_cast<std::size_t>(pixel)];
}

Picture photograph_of_nothing(const Scene& scene) {
  Random random(1);
  return photograph(GrayImage(kSide, kSide), scene, random);
}

TEST(PenCoverage, IsAsWideAsThePenAndAsHighAsItIsPlaced) {
  const Glyph line{{{0, 0}, {0, 1}}};
  const GrayImage coverage =
      pen_coverage(line, {.height = 60, .center_x = 50, .center_y = 50, .pen = 8}, kSide, kSide);
  float across = 0;
  float along = 0;
  for (int i = 0; i < kSide; ++i) {
    across += coverage.at(i, 50);
    along += coverage.at(50, i);
  }
  EXPECT_NEAR(across, 8, 0.5);
  EXPECT_NEAR(along, 60 + 8, 1);
}

TEST(PenCoverage, OfALineThinnerThanAPixelIsItsShare) {
  const Glyph line{{{0, 0}, {0, 1}}};
  const GrayImage coverage = pen_coverage(
      line, {.height = 60, .center_x = 50.5, .center_y = 50, .pen = 0.5}, kSide, kSide);
  EXPECT_NEAR(*std::max_element(coverage.values.begin(), coverage.values.end()), 0.5, 1e-6);
}

TEST(Photograph, HasLightShadowRulesFrameAndTable) {
  EXPECT_EQ(brightness(photograph_of_nothing({.paper = 0.8}), 50, 50), 204);
  const Picture lit = photograph_of_nothing({.light = 0.4, .light_end = 1});
  EXPECT_NEAR(brightness(lit, 0, 50), 102, 2);
  EXPECT_NEAR(brightness(lit, 99, 50), 255, 2);
  const Picture shaded = photograph_of_nothing({.shadow = 0.5});
  EXPECT_EQ(brightness(shaded, 10, 50), 255);
  EXPECT_EQ(brightness(shaded, 90, 50), 128);
  const Picture ruled = photograph_of_nothing({.rule_spacing = 20, .rule_width = 2, .rule = 0.2});
  EXPECT_EQ(brightness(ruled, 5, 50), 51);
  EXPECT_EQ(brightness(ruled, 5, 58), 255);
  const Picture squared =
      photograph_of_nothing({.rule_spacing = 20, .squared = true, .rule_width = 2, .rule = 0.2});
  EXPECT_EQ(brightness(squared, 50, 58), 51);
  const Picture framed = photograph_of_nothing({.rule = 0.2, .frame_margin = 10, .frame_width = 4});
  EXPECT_EQ(brightness(framed, 12, 50), 51);
  EXPECT_EQ(brightness(framed, 5, 50), 255);
  EXPECT_EQ(brightness(framed, 20, 50), 255);
  const Picture table = photograph_of_nothing({.table_edge = 0.2, .table = 0.2});
  EXPECT_EQ(brightness(table, 10, 50), 51);
  EXPECT_EQ(brightness(table, 30, 50), 255);
}

TEST(Photograph, HasNoiseOfItsDeviation) {
  const Picture noisy = photograph_of_nothing({.paper = 0.5, .noise = 0.1});
  double squares = 0;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      squares += std::pow(brightness(noisy, x, y) - 127.5, 2);
    }
  }
  EXPECT_NEAR(std::sqrt(squares / (kSide * kSide)), 25.5, 1);
}

TEST(StressPicture, IsTheSameForItsSeedAndIndexAndShowsItsInk) {
  const StressPicture first = stress_picture(3, 7);
  EXPECT_EQ(first.picture.rgba, stress_picture(3, 7).picture.rgba);
  EXPECT_NE(first.picture.rgba, stress_picture(3, 8).picture.rgba);
  EXPECT_NE(first.picture.rgba, stress_picture(4, 7).picture.rgba);
  EXPECT_GE(first.effects.size(), 6U);
  const auto [least, most] =
      std::minmax_element(first.picture.rgba.begin(), first.picture.rgba.end());
  EXPECT_LT(*least, *most);
}

TEST(StressPicture, OfNoDigitNamesItsKind) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    const StressPicture made = stress_non_digit(3, i);
    EXPECT_EQ(made.digit, -1);
    EXPECT_NE(std::find(std::begin(kNonDigitKinds), std::end(kNonDigitKinds), made.effects.front()),
              std::end(kNonDigitKinds))
        << made.effects.front();
    EXPECT_EQ(made.picture.rgba, stress_non_digit(3, i).picture.rgba);
  }
}

}  // namespace
}  // namespace inkling::pictures
