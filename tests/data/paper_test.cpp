#include "data/paper.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace inkling {
namespace {

constexpr int kSide = 200;

template <class Brightness>
GrayImage lit(const Brightness& brightness) {
  GrayImage image(kSide, kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      image.at(x, y) = std::round(brightness(x, y));
    }
  }
  return image;
}

// Multiplies the light of a bar 6 pixels wide, away from the picture's edges.
void draw_bar(GrayImage& image, int left, float factor) {
  for (int y = 60; y < 140; ++y) {
    for (int x = left; x < left + 6; ++x) {
      image.at(x, y) = std::round(image.at(x, y) * factor);
    }
  }
}

float max_magnitude(const GrayImage& image) {
  float largest = 0;
  for (const float value : image.values) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

TEST(Paper, OfOneBrightnessDiffersNowhere) {
  for (const float brightness : {0.0F, 30.0F, 255.0F}) {
    const GrayImage gray = lit([&](int, int) { return brightness; });
    EXPECT_LE(max_magnitude(Paper(gray).difference_from(gray)), 1e-3F);
  }
}

TEST(Paper, IsASlopeOfLightAndTheEdgeOfAShadow) {
  const GrayImage slope = lit([](int x, int y) {
    return 110 + 0.4F * static_cast<float>(x) + 0.2F * static_cast<float>(y);
  });
  EXPECT_LE(max_magnitude(Paper(slope).difference_from(slope)), 4);
  const GrayImage shadow = lit([](int x, int y) { return x + y / 2 < 150 ? 230.0F : 120.0F; });
  const GrayImage difference = Paper(shadow).difference_from(shadow);
  int off = 0;
  for (const float value : difference.values) {
    off += std::abs(value) > 10 ? 1 : 0;
  }
  EXPECT_LE(off, kSide * kSide / 200) << "but for where it meets the picture's edge";
}

TEST(Paper, HasNothingLighterThanWhiteOnIt) {
  GrayImage table = lit([](int x, int) { return x < 100 ? 240.0F : 60.0F; });
  draw_bar(table, 150, 4);  // a strip of the light paper on the dark table, which is no shadow
  const GrayImage difference = Paper(table).difference_from(table);
  EXPECT_NEAR(difference.at(152, 100), 180, 4) << "as it is, and not as if it lay in a shadow";
}

TEST(Paper, InkDiffersAsMuchInTheShadowAsInTheLight) {
  GrayImage shadow = lit([](int x, int) { return x < 100 ? 240.0F : 120.0F; });
  draw_bar(shadow, 40, 0.25F);
  draw_bar(shadow, 150, 0.25F);
  const GrayImage difference = Paper(shadow).difference_from(shadow);
  EXPECT_NEAR(difference.at(42, 100), -180, 4);
  EXPECT_NEAR(difference.at(152, 100), -180, 4);
  GrayImage chalk = lit([](int x, int) { return x < 100 ? 60.0F : 30.0F; });
  draw_bar(chalk, 40, 3);
  draw_bar(chalk, 150, 3);
  const GrayImage lighter = Paper(chalk).difference_from(chalk);
  EXPECT_NEAR(lighter.at(42, 100), 120, 4);
  EXPECT_NEAR(lighter.at(152, 100), 120, 4);
}

TEST(Paper, OfFewLevelsIsNotSureOfItsShadows) {
  // Half of it a little darker, as where no lines are printed; the ink is lighter by 25 anywhere.
  GrayImage dark = lit([](int x, int) { return x < 100 ? 20.0F : 9.0F; });
  draw_bar(dark, 40, 45.0F / 20);
  draw_bar(dark, 150, 34.0F / 9);
  const GrayImage difference = Paper(dark).difference_from(dark);
  EXPECT_NEAR(difference.at(42, 100), 25, 1);
  EXPECT_GT(difference.at(152, 100), 30) << "there may be a shadow";
  EXPECT_LT(difference.at(152, 100), 42) << "but hardly one of half the light";
}

TEST(Paper, OfATightCropIsNotTakenForItsInk) {
  // Strokes over nearly half of the picture, in either polarity.
  for (const float ink : {0.0F, 255.0F}) {
    const GrayImage gray =
        lit([&](int x, int) { return x % 66 >= 17 && x % 66 < 49 ? ink : 255 - ink; });
    const GrayImage difference = Paper(gray).difference_from(gray);
    EXPECT_NEAR(difference.at(30, 100), ink > 0 ? 255 : -255, 1e-3);
    EXPECT_NEAR(difference.at(66, 100), 0, 1e-3);
  }
  GrayImage tight(7, 9);
  tight.values.assign(tight.values.size(), 255);
  for (int y = 0; y < 9; ++y) {
    for (int x = 2; x < 5; ++x) {
      tight.at(x, y) = 10;
    }
  }
  EXPECT_EQ(Paper(tight).difference_from(tight).at(3, 4), -245);
  EXPECT_EQ(Paper(tight).difference_from(tight).at(0, 0), 0);
}

TEST(Paper, OfAPhotographHasTwoLongSides) {
  EXPECT_TRUE(is_photograph(GrayImage(64, 64)));
  EXPECT_FALSE(is_photograph(GrayImage(63, 4000)));
}

}  // namespace
}  // namespace inkling
