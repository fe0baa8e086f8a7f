// Training images changed at random.
#include "kernels/augmentation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/kernels.h"

namespace inkling {
namespace {

constexpr Index kSide = 28;

// A full square in the middle of an empty image.
std::vector<std::uint8_t> square(Index side) {
  std::vector<std::uint8_t> pixels(kSide * kSide);
  const Index first = (kSide - side) / 2;
  for (Index y = first; y < first + side; ++y) {
    for (Index x = first; x < first + side; ++x) {
      pixels[static_cast<std::size_t>(y * kSide + x)] = 255;
    }
  }
  return pixels;
}

// Image `index` of a batch of the same picture, 0 … 255.
std::vector<float> augmented(const std::vector<std::uint8_t>& pixels, const Augmentation& limits,
                             std::uint32_t index = 0) {
  const AugmentationKey key{.seed = 1, .step = 2, .index = index};
  const SourceImage source{pixels.data(), kSide, kSide};
  const ImageAugmentation drawn = draw_augmentation(limits, key, kSide, kSide);
  std::vector<float> elastic;
  for (int i = 0; i < 2 * kElasticOffsets; ++i) {
    elastic.push_back(elastic_offset(limits.elastic, key, i));
  }
  std::vector<float> result;
  for (Index i = 0; i < kSide * kSide; ++i) {
    result.push_back(augmented_pixel(
        source, drawn, key, limits.elastic > 0 ? elastic.data() : nullptr, i % kSide, i / kSide));
  }
  return result;
}

float sum(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0F);
}

TEST(Augmentation, LimitsOfZeroLeaveTheImageAsItIs) {
  const auto pixels = square(10);
  EXPECT_EQ(augmented(pixels, {}), std::vector<float>(pixels.begin(), pixels.end()));
}

TEST(Augmentation, InterpolatesBetweenPixelsAndPadsWithZeros) {
  const std::vector<std::uint8_t> pixels{10, 20, 30, 40};
  const SourceImage source{pixels.data(), 1, 4};
  EXPECT_EQ(sample(source, {0.5F, 0}, 0), 15);
  EXPECT_EQ(sample(source, {3.5F, 0}, 0), 20) << "half of 40, half of nothing";
  EXPECT_EQ(sample(source, {9, -9}, 0), 0);
  EXPECT_EQ(sample(source, {1e30F, -1e30F}, 0), 0);
}

TEST(Augmentation, AspectWidensAsMuchAsItLowersAndEitherWay) {
  const Augmentation limits{.aspect = 1};
  float widest = 1;
  float narrowest = 1;
  for (std::uint32_t index = 0; index < 500; ++index) {
    const Affine affine = draw_affine(limits, 1, 2, index);
    EXPECT_NEAR(affine.xx * affine.yy, 1, 1e-5) << "the area stays";
    EXPECT_EQ(affine.xy, 0);
    widest = std::min(widest, affine.xx / affine.yy);
    narrowest = std::max(narrowest, affine.xx / affine.yy);
  }
  EXPECT_TRUE(widest >= 0.5F - 1e-5F && widest < 0.51F) << widest;
  EXPECT_TRUE(narrowest <= 2 + 1e-5F && narrowest > 1.95F) << narrowest;
}

TEST(Augmentation, ThicknessMovesAStrokesOutlineByItsPixels) {
  const auto pixels = square(10);
  const SourceImage source{pixels.data(), kSide, kSide};
  EXPECT_EQ(source.thickened(8, 14, 1), 255) << "just above the square";
  EXPECT_EQ(source.thickened(8, 14, 0.25F), 255 / 4.0F);
  EXPECT_EQ(source.thickened(9, 14, -1), 0) << "its first row";
  EXPECT_EQ(source.thickened(14, 14, -1), 255) << "its middle";
  bool thicker = false;
  bool thinner = false;
  for (std::uint32_t index = 0; index < 20; ++index) {
    const float area = sum(augmented(pixels, {.thickness = 1}, index)) / 255;
    EXPECT_TRUE(area >= 64 && area <= 140) << area << ": 8 × 8 at least, four sides more at most";
    thicker = thicker || area > 110;
    thinner = thinner || area < 90;
  }
  EXPECT_TRUE(thicker && thinner);
}

TEST(Augmentation, SplineWeightsAddUpToOneAndMoveAllPixelsWhereAllPointsMove) {
  for (const float t : {0.0F, 0.25F, 0.5F, 0.99F}) {
    const SplineWeights weights = spline_weights(t);
    EXPECT_NEAR(weights.of[0] + weights.of[1] + weights.of[2] + weights.of[3], 1, 1e-6);
  }
  std::vector<float> offsets(std::size_t{2} * kElasticOffsets, 3);
  std::fill(offsets.begin() + kElasticOffsets, offsets.end(), -2.0F);
  for (const Index place : {0, 13, 27}) {
    const ImagePoint shift = elastic_shift(offsets.data(), kSide, kSide, place, 27 - place);
    EXPECT_NEAR(shift.x, 3, 1e-5);
    EXPECT_NEAR(shift.y, -2, 1e-5);
  }
}

TEST(Augmentation, ElasticDistortionIsSmoothWithinItsLimitAndDiffersFromImageToImage) {
  constexpr double kLimit = 2;
  const auto shift_at = [&](std::uint32_t index, Index x, Index y) {
    std::vector<float> offsets;
    for (int i = 0; i < 2 * kElasticOffsets; ++i) {
      offsets.push_back(elastic_offset(kLimit, {.seed = 1, .step = 2, .index = index}, i));
    }
    return elastic_shift(offsets.data(), kSide, kSide, x, y);
  };
  for (Index x = 0; x + 1 < kSide; ++x) {
    const ImagePoint here = shift_at(5, x, 9);
    const ImagePoint next = shift_at(5, x + 1, 9);
    EXPECT_LE(std::hypot(here.x, here.y), kLimit * std::sqrt(2.0));
    EXPECT_LE(std::hypot(next.x - here.x, next.y - here.y), 0.9) << "of seven to a control point";
  }
  EXPECT_NE(shift_at(5, 9, 9).x, shift_at(6, 9, 9).x);
  EXPECT_NE(shift_at(5, 9, 9).x, shift_at(5, 9, 9).y);
}

TEST(Augmentation, NoiseHasItsStandardDeviationAtMostAndStaysWithinTheRange) {
  const std::vector<std::uint8_t> gray(kSide * kSide, 128);
  float max_std = 0;
  for (std::uint32_t index = 0; index < 50; ++index) {
    double squares = 0;
    for (const float value : augmented(gray, {.noise = 0.1}, index)) {
      squares += (value - 128.0) * (value - 128.0);
    }
    max_std = std::max(max_std, static_cast<float>(std::sqrt(squares / (kSide * kSide))));
  }
  EXPECT_TRUE(max_std > 22 && max_std < 28) << max_std << ": 25.5 but for chance";
  for (const float value : augmented(square(10), {.noise = 1}, 7)) {
    EXPECT_TRUE(value >= 0 && value <= 255);
  }
}

TEST(Augmentation, ErasesASquare) {
  const std::vector<std::uint8_t> full(kSide * kSide, 255);
  Index max_erased = 0;
  for (std::uint32_t index = 0; index < 200; ++index) {
    const auto image = augmented(full, {.erase = 6}, index);
    max_erased = std::max<Index>(max_erased, std::count(image.begin(), image.end(), 0.0F));
  }
  EXPECT_EQ(max_erased, 36);
}

// The distortion is drawn an image at a time, whatever the thread.
TEST(Augmentation, ABatchIsTheSameForAnyNumberOfThreads) {
  const auto pixels = square(12);
  const std::vector<std::int32_t> rows(40, 0);
  const std::int32_t step = 3;
  const auto batch_with = [&](int threads) {
    std::vector<float> y(rows.size() * kSide * kSide);
    cpu::augment_batch<float>(*cpu::open_stream(threads),
                              {.gather = {.batch = std::ssize(rows),
                                          .pixels = kSide * kSide,
                                          .images = pixels.data(),
                                          .indices = rows.data(),
                                          .y = y.data()},
                               .height = kSide,
                               .width = kSide,
                               .limits = {.rotation = 10, .elastic = 2, .noise = 0.1},
                               .step = &step});
    return y;
  };
  const auto one = batch_with(1);
  EXPECT_EQ(one, batch_with(3));
  EXPECT_FALSE(std::equal(one.begin(), one.begin() + kSide * kSide, one.begin() + kSide * kSide));
}

}  // namespace
}  // namespace inkling
