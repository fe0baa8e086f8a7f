// Pictures moved at random.
#include "kernels/affine.h"

#include <cmath>

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(Affine, SineMatchesTheLibrary) {
  for (int degrees = -180; degrees <= 180; ++degrees) {
    const double angle = degrees * 3.14159265358979323846 / 180;
    EXPECT_LE(std::abs(static_cast<double>(sine(static_cast<float>(angle))) - std::sin(angle)),
              2e-6);
    EXPECT_LE(std::abs(static_cast<double>(cosine(static_cast<float>(angle))) - std::cos(angle)),
              2e-6);
  }
}

TEST(Affine, LimitsOfZeroAreTheIdentity) {
  const Affine affine = draw_affine({}, 1, 2, 3);
  for (const ImagePoint pixel : {ImagePoint{0, 0}, ImagePoint{3, 1}, ImagePoint{5, 6}}) {
    const ImagePoint source = source_of(affine, 7, 6, pixel);
    EXPECT_EQ(source.x, pixel.x);
    EXPECT_EQ(source.y, pixel.y);
  }
}

TEST(Affine, AQuarterTurnMapsColumnsToRows) {
  const Affine quarter{.xx = 0, .xy = 1, .yx = -1, .yy = 0, .shift_x = 0, .shift_y = 0};
  const auto expect_source = [&](ImagePoint pixel, ImagePoint expected) {
    const ImagePoint source = source_of(quarter, 3, 3, pixel);
    EXPECT_EQ(source.x, expected.x);
    EXPECT_EQ(source.y, expected.y);
  };
  expect_source({0, 0}, {0, 2});
  expect_source({2, 0}, {0, 0});
  expect_source({1, 1}, {1, 1});
}

TEST(Affine, DrawsWithinItsLimitsAndAnewForEachStepAndIndex) {
  const Augmentation limits{.rotation = 10, .shift = 2, .zoom = 0.1, .shear = 0};
  float max_shift = 0;
  for (std::uint32_t place = 0; place < 1000; ++place) {
    const Affine a = draw_affine(limits, 1, 5, place);
    const float scale = std::sqrt(a.xx * a.xx + a.yx * a.yx);
    EXPECT_TRUE(scale >= 1 / 1.1F - 1e-5F && scale <= 1 / 0.9F + 1e-5F) << scale;
    EXPECT_LE(std::abs(std::atan2(a.yx, a.xx)), 10.001 * 3.14159265 / 180);
    EXPECT_TRUE(std::abs(a.shift_x) <= 2 && std::abs(a.shift_y) <= 2);
    max_shift = std::max(max_shift, std::abs(a.shift_x));
  }
  EXPECT_GT(max_shift, 1.9F) << "of 1000 draws some come near the bound";
  EXPECT_NE(draw_affine(limits, 1, 5, 0).shift_x, draw_affine(limits, 1, 6, 0).shift_x);
  EXPECT_NE(draw_affine(limits, 1, 5, 0).shift_x, draw_affine(limits, 2, 5, 0).shift_x);
}

}  // namespace
}  // namespace inkling
