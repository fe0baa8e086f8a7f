#include "data/image_filter.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::UnorderedElementsAre;

GrayImage image_of(int width, int height, const std::vector<float>& values) {
  GrayImage image(width, height);
  image.values = values;
  return image;
}

GrayImage slope(int width, int height) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y) = static_cast<float>(20 + 2 * x + y);
    }
  }
  return image;
}

TEST(BoxBlur, AveragesASquareAndGoesOnAtTheEdge) {
  EXPECT_THAT(box_blur(image_of(4, 1, {0, 0, 9, 0}), 1).values,
              ElementsAre(0, 3, 3, FloatNear(3, 1e-5F)));
  const GrayImage image = slope(5, 4);
  EXPECT_EQ(box_blur(image, 0).values, image.values);
  EXPECT_NEAR(box_blur(image, 1).at(2, 2), image.at(2, 2), 1e-4);
}

TEST(MedianFilter, DropsWhatIsThinAndKeepsAStraightEdge) {
  GrayImage image(21, 21);
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 21; ++x) {
      image.at(x, y) = x < 10 ? 50 : 200;
    }
    image.at(4, y) = 0;
  }
  for (const Beyond beyond : {Beyond::mirrored, Beyond::sloping}) {
    const GrayImage median = median_filter(image, 4, beyond);
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 21; ++x) {
        EXPECT_EQ(median.at(x, y), x < 10 ? 50 : 200) << x << ' ' << y;
      }
    }
  }
}

TEST(MedianFilter, FollowsASlopeUpToTheEdge) {
  const GrayImage image = slope(30, 20);
  EXPECT_EQ(median_filter(image, 6, Beyond::sloping).values, image.values);
  EXPECT_NE(median_filter(image, 6, Beyond::mirrored).values, image.values);
}

TEST(MedianFilter, TakesImagesSmallerThanItsSquare) {
  EXPECT_THAT(median_filter(image_of(2, 1, {255, 255}), 20, Beyond::sloping).values, Each(255));
  EXPECT_THAT(median_filter(image_of(1, 1, {0}), 3, Beyond::mirrored).values, Each(0));
}

TEST(MinAndMaxFilter, TakeTheExtremesOfASquareWithinTheImage) {
  const GrayImage image = image_of(3, 2, {1, 5, 2, 4, 3, 9});
  EXPECT_THAT(min_filter(image, 1).values, ElementsAre(1, 1, 2, 1, 1, 2));
  EXPECT_THAT(max_filter(image, 1).values, ElementsAre(5, 9, 9, 5, 9, 9));
}

TEST(Enlarged, InterpolatesBetweenCentersAndStopsAtTheOutermost) {
  const GrayImage image = image_of(2, 2, {0, 4, 8, 12});
  Enlarged enlarged(image, 8, 4);
  const float* row = enlarged.row(0);
  EXPECT_EQ(row[0], 0);
  EXPECT_EQ(row[3], 1.5F) << "at 7 eighths of the way between the centers, less a half";
  EXPECT_EQ(row[7], 4);
  EXPECT_EQ(enlarged.row(3)[0], 8);
}

TEST(Enlarged, FollowsASlopeAtAnySize) {
  const GrayImage image = image_of(4, 1, {0, 10, 20, 30});
  for (const int width : {4, 5, 7, 100}) {
    Enlarged enlarged(image, width, 3);
    const float* row = enlarged.row(1);
    for (int x = 0; x < width; ++x) {
      const float center = (static_cast<float>(x) + 0.5F) * 4 / static_cast<float>(width) - 0.5F;
      EXPECT_NEAR(row[x], 10 * std::clamp(center, 0.0F, 3.0F), 1e-4) << x << " of " << width;
    }
  }
}

TEST(NoiseStd, IsThatOfNoiseOnASlopeWhateverIsDrawnThere) {
  std::mt19937 random(1);
  std::normal_distribution<float> noise(0, 5);
  GrayImage image = slope(80, 80);
  EXPECT_EQ(noise_std(image, 1), 0);
  for (float& value : image.values) {
    value += noise(random);
  }
  for (int y = 10; y < 70; ++y) {
    for (int x = 30; x < 36; ++x) {
      image.at(x, y) = 0;
    }
  }
  EXPECT_NEAR(noise_std(image, 1), 5, 0.5);
  EXPECT_EQ(noise_std(image_of(2, 1, {0, 9}), 1), 0) << "nothing to tell it from";
}

TEST(BorderValues, AreThoseAtTheEdgeEachOnce) {
  EXPECT_THAT(border_values(image_of(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9})),
              UnorderedElementsAre(1, 2, 3, 4, 6, 7, 8, 9));
  EXPECT_THAT(border_values(image_of(3, 1, {1, 2, 3})), UnorderedElementsAre(1, 2, 3));
  EXPECT_THAT(border_values(image_of(1, 3, {1, 2, 3})), UnorderedElementsAre(1, 2, 3));
  EXPECT_THAT(border_values(image_of(1, 1, {1})), UnorderedElementsAre(1));
}

TEST(Quantiles, AreTheValuesThatSharesAreBelow) {
  EXPECT_THAT(quantiles({9, 1, 7, 3, 5}, {0, 0.5, 1}), ElementsAre(1, 5, 9));
  EXPECT_THAT(quantiles({9, 1, 7, 3, 5}, {0.25, 0.25, 0.75}), ElementsAre(3, 3, 7));
  EXPECT_THAT(quantiles({4}, {0.05, 0.95}), ElementsAre(4, 4));
}

}  // namespace
}  // namespace inkling
