// Pictures moved at random.
#include "kernels/affine.h"

#include <cmath>
#include <vector>

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
  const std::vector<std::uint8_t> picture{1, 2, 3, 4, 5, 6};
  const Affine affine = draw_affine({}, 1, 2, 3);
  for (Index i = 0; i < 6; ++i) {
    EXPECT_EQ(sample(affine, picture.data(), 2, 3, i % 3, i / 3), static_cast<float>(i + 1));
  }
}

TEST(Affine, InterpolatesBetweenPixelsAndPadsWithZeros) {
  const std::vector<std::uint8_t> picture{10, 20, 30, 40};
  const Affine right{.xx = 1, .xy = 0, .yx = 0, .yy = 1, .shift_x = 0.5F, .shift_y = 0};
  EXPECT_EQ(sample(right, picture.data(), 1, 4, 0, 0), 15);
  EXPECT_EQ(sample(right, picture.data(), 1, 4, 3, 0), 20) << "half of 40, half of nothing";
  const Affine far{.xx = 1, .xy = 0, .yx = 0, .yy = 1, .shift_x = 9, .shift_y = -9};
  EXPECT_EQ(sample(far, picture.data(), 1, 4, 0, 0), 0);
}

TEST(Affine, AQuarterTurnMapsColumnsToRows) {
  const std::vector<std::uint8_t> picture{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const Affine quarter{.xx = 0, .xy = 1, .yx = -1, .yy = 0, .shift_x = 0, .shift_y = 0};
  EXPECT_EQ(sample(quarter, picture.data(), 3, 3, 0, 0), 7);
  EXPECT_EQ(sample(quarter, picture.data(), 3, 3, 2, 0), 1);
  EXPECT_EQ(sample(quarter, picture.data(), 3, 3, 1, 1), 5);
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
