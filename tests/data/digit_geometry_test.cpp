#include "data/digit_geometry.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling {
namespace {

using ::testing::ElementsAre;

GrayImage gray_image_of(int width, int height, std::vector<float> values) {
  GrayImage image(width, height);
  image.values = std::move(values);
  return image;
}

double sum(const GrayImage& image) {
  return std::accumulate(image.values.begin(), image.values.end(), 0.0);
}

// A full vertical bar of the given thickness in the middle of an image.
GrayImage bar(int size, int thickness) {
  GrayImage image(size, size);
  for (int y = 0; y < size; ++y) {
    for (int x = (size - thickness) / 2; x < (size + thickness) / 2; ++x) {
      image.at(x, y) = 255;
    }
  }
  return image;
}

TEST(InkBox, SurroundsWhatIsAboveTheLeast) {
  GrayImage image(6, 5);
  image.at(2, 1) = 9;
  image.at(4, 3) = 9;
  image.at(0, 0) = 3;
  const auto box = ink_box(image, 3);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->x, 2);
  EXPECT_EQ(box->y, 1);
  EXPECT_EQ(box->width, 3);
  EXPECT_EQ(box->height, 3);
  EXPECT_FALSE(ink_box(image, 9));
}

TEST(Crop, CutsOutTheBox) {
  const GrayImage image = gray_image_of(3, 2, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(crop(image, {1, 0, 2, 2}).values, ElementsAre(2, 3, 5, 6));
}

TEST(Crop, FillsWithPaperOutsideTheImage) {
  const GrayImage image = gray_image_of(2, 1, {1, 2});
  EXPECT_THAT(crop(image, {-1, 0, 4, 2}).values, ElementsAre(0, 1, 2, 0, 0, 0, 0, 0));
}

TEST(AreaAverage, AveragesWholeBlocks) {
  const GrayImage image = gray_image_of(4, 2, {0, 4, 8, 8, 4, 0, 8, 0});
  EXPECT_THAT(area_average(image, 2, 1).values, ElementsAre(2, 6));
}

TEST(AreaAverage, CountsFractionsOfPixels) {
  // 3 → 2: each result covers one and a half sources.
  EXPECT_THAT(area_average(gray_image_of(3, 1, {0, 3, 6}), 2, 1).values, ElementsAre(1, 5));
}

TEST(AreaAverage, ToTheSameSizeChangesNothing) {
  const GrayImage image = gray_image_of(3, 2, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(area_average(image, 3, 2).values, image.values);
}

TEST(AreaAverage, RepeatsPixelsWhenItEnlarges) {
  EXPECT_THAT(area_average(gray_image_of(2, 1, {3, 9}), 4, 2).values,
              ElementsAre(3, 3, 9, 9, 3, 3, 9, 9));
}

TEST(AreaAverage, LosesNoInkAtAnySize) {
  GrayImage image(37, 53);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = static_cast<float>(i * 7919 % 256);
  }
  const double mean = sum(image) / (37 * 53);
  for (const auto& [width, height] : {std::pair{20, 20}, {1, 1}, {36, 7}, {50, 60}}) {
    const double difference =
        std::abs(sum(area_average(image, width, height)) / (width * height) - mean);
    // Float sums of up to 53 weighted values below 256: some 1e-5 of the mean.
    EXPECT_LE(difference, 1e-3) << width << ' ' << height;
  }
}

TEST(ScaleLongerSide, KeepsTheProportions) {
  const GrayImage tall = scale_longer_side(GrayImage(30, 60), 20);
  EXPECT_EQ(tall.width, 10);
  EXPECT_EQ(tall.height, 20);
  const GrayImage thin = scale_longer_side(GrayImage(1000, 1), 20);
  EXPECT_EQ(thin.width, 20);
  EXPECT_EQ(thin.height, 1);
}

TEST(StretchToFull, BringsTheStrongestTo255) {
  GrayImage image = gray_image_of(3, 1, {0, 10, 50});
  stretch_to_full(image);
  EXPECT_THAT(image.values, ElementsAre(0, 51, 255));
}

TEST(StrokeWidth, IsThatOfAFullBar) {
  for (const int thickness : {2, 3, 5}) {
    // The bar's two ends add their own outline: thickness / length of the whole.
    const float expected = static_cast<float>(thickness) / (1 + static_cast<float>(thickness) / 40);
    EXPECT_LE(std::abs(stroke_width(bar(40, thickness)) - expected), 0.05F * expected) << thickness;
  }
}

TEST(StrokeWidth, OfAFaintPixelWideLineIsItsShareOfThePixel) {
  GrayImage line = bar(41, 1);
  for (float& value : line.values) {
    value /= 4;
  }
  EXPECT_LE(std::abs(stroke_width(line) - 0.25F), 0.25F * 0.05F);
}

TEST(Thicken, MakesADiscOfAPixel) {
  GrayImage dot(1, 1);
  dot.at(0, 0) = 200;
  const GrayImage disc = thicken(dot, 5);
  EXPECT_EQ(disc.width, 11);
  EXPECT_EQ(disc.height, 11);
  EXPECT_EQ(disc.at(5, 5), 200);
  EXPECT_EQ(disc.at(0, 0), 0);
  // A disc of the radius and the pixel's own half; the soft edge is symmetric about it.
  const double area = 3.14159 * 5.5 * 5.5;
  EXPECT_LE(std::abs(sum(disc) / 200 - area), 0.05 * area);
}

TEST(Thicken, WidensABarByTwiceTheRadius) {
  for (const float radius : {0.25F, 0.5F, 1.0F, 2.75F}) {
    const GrayImage before = bar(41, 3);
    const GrayImage after = thicken(before, radius);
    const int middle = after.height / 2;
    double width = 0;
    for (int x = 0; x < after.width; ++x) {
      width += after.at(x, middle) / 255;
    }
    EXPECT_LE(std::abs(width - (3 + 2 * radius)), 1e-4) << radius;
  }
}

TEST(Thicken, LeavesOverlapsAsStrongAsTheInk) { EXPECT_LE(max_value(thicken(bar(20, 2), 3)), 255); }

TEST(CenterByMass, MovesTheMassToTheMiddle) {
  GrayImage ink(3, 3);
  ink.at(1, 1) = 255;
  const GrayImage centered = center_by_mass(ink, 28);
  EXPECT_EQ(centered.at(14, 14), 255);
  EXPECT_EQ(sum(centered), 255);
}

TEST(CenterByMass, MovesHalvesDown) {
  GrayImage ink(2, 1);
  ink.values = {8, 8};  // center at 0.5: either 13.5 or 14.5 in the result
  const GrayImage centered = center_by_mass(ink, 28);
  EXPECT_EQ(centered.at(13, 14), 8);
  EXPECT_EQ(centered.at(14, 14), 8);
}

TEST(CenterByMass, LosesNothingOverTheEdge) {
  GrayImage ink(20, 20);
  ink.at(0, 0) = 255;  // nearly all the mass in one corner: it would be moved out
  ink.at(19, 19) = 1;
  const GrayImage centered = center_by_mass(ink, 28);
  EXPECT_EQ(sum(centered), 256);
  EXPECT_EQ(centered.at(8, 8), 255);
  EXPECT_EQ(centered.at(27, 27), 1);
}

}  // namespace
}  // namespace inkling
