#include "engine/io/half.h"

#include <limits>

#include <gtest/gtest.h>

#include "kernels/bfloat16.h"

namespace inkling {
namespace {

TEST(Float16, EveryFiniteValueSurvivesTheWayToFloat32AndBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float16_to_float(half);
    if (std::isnan(value)) {
      EXPECT_EQ(half & 0x7C00, 0x7C00);
      EXPECT_TRUE(std::isnan(float16_to_float(float_to_float16(value))));
    } else {
      EXPECT_EQ(float_to_float16(value), half) << value;
    }
  }
}

TEST(Float16, HasTheStandardsLandmarks) {
  EXPECT_EQ(float16_to_float(0x3C00), 1.0F);
  EXPECT_EQ(float16_to_float(0xC000), -2.0F);
  EXPECT_EQ(float16_to_float(0x7BFF), 65504.0F);
  EXPECT_EQ(float16_to_float(0x0400), 0x1p-14F);
  EXPECT_EQ(float16_to_float(0x0001), 0x1p-24F);
  EXPECT_EQ(float16_to_float(0x7C00), std::numeric_limits<float>::infinity());
}

TEST(Float16, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(float_to_float16(1 + 0x1p-11F), 0x3C00) << "half way between 1 and the next: to even";
  EXPECT_EQ(float_to_float16(1 + 3 * 0x1p-11F), 0x3C02);
  EXPECT_EQ(float_to_float16(1 + 0x1p-11F + 0x1p-20F), 0x3C01);
  EXPECT_EQ(float_to_float16(0x1p-25F), 0x0000) << "half of the smallest: to even";
  EXPECT_EQ(float_to_float16(3 * 0x1p-25F), 0x0002);
  EXPECT_EQ(float_to_float16(65519.0F), 0x7BFF);
  EXPECT_EQ(float_to_float16(65520.0F), 0x7C00);
  EXPECT_EQ(float_to_float16(1e30F), 0x7C00);
  EXPECT_EQ(float_to_float16(-0.0F), 0x8000);
}

TEST(Bfloat16, IsTheUpperHalfOfAFloat32) {
  EXPECT_EQ(to_float(bfloat16{0x3F80}), 1.0F);
  EXPECT_EQ(to_float(bfloat16{0xC000}), -2.0F);
}

}  // namespace
}  // namespace inkling
