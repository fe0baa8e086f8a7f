// prepare() on MNIST's own test images.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "data/dataset.h"
#include "data/prepare.h"
#include "tests/support/mnist_dir.h"
#include "tests/support/pictures.h"

namespace inkling {
namespace {

class PrepareRealMnist : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = mnist_dir();
    if (!folder) {
      GTEST_SKIP() << kNoMnist;
    }
    dataset_ = load_mnist(*folder, MnistSplit::test);
  }

  std::int64_t size() const { return dataset_.size(); }

  DigitPixels digit(std::int64_t index) const {
    DigitPixels pixels{};
    std::copy_n(dataset_.images.begin() + index * dataset_.pixels(), pixels.size(), pixels.begin());
    return pixels;
  }

 private:
  Dataset dataset_;
};

TEST_F(PrepareRealMnist, LeavesEveryTestImageAsItIs) {
  for (std::int64_t i = 0; i < size(); ++i) {
    const DigitPixels pixels = digit(i);
    EXPECT_EQ(prepare(white_on_black(pixels)), pixels) << i;
    EXPECT_EQ(prepare(black_on_white(pixels)), pixels) << i;
  }
}

TEST_F(PrepareRealMnist, SeesEveryTestImageThroughTransparency) {
  for (std::int64_t i = 0; i < size(); i += 10) {
    const DigitPixels pixels = digit(i);
    EXPECT_EQ(prepare(on_transparency(pixels, kBlack)), pixels) << i;
    EXPECT_EQ(prepare(on_transparency(pixels, kWhite)), pixels) << i;
  }
}

// Enlarged ten times, an ink box of 20 is 200 long: each result pixel averages exactly the copies
// of its original, and the mass is where it was. What differs is the stretching of a strongest
// value of 254 to 255, by at most one level a pixel.
constexpr double kStretching = 1;

// What a shift by one pixel to the side and one down can change at most: the sum of all differences
// of neighbors.
double change_by_one_pixel(const DigitPixels& digit) {
  double sum = 0;
  for (int y = 0; y < kDigitSize; ++y) {
    for (int x = 0; x < kDigitSize; ++x) {
      const int here = at(digit, x, y);
      sum += std::abs(here - (x > 0 ? at(digit, x - 1, y) : 0));
      sum += std::abs(here - (y > 0 ? at(digit, x, y - 1) : 0));
    }
  }
  return sum / (kDigitSize * kDigitSize);
}

// Some images do not have all of MNIST's form: a box of 19 grows to 20, a pen thinner than all but
// a twentieth of MNIST's grows to that, a center of mass that is all but halfway between two pixels
// may go to the other. None of this moves an outline by more than one pixel. Few have any of it.
class Differences {
 public:
  void add(const DigitPixels& prepared, const DigitPixels& original) {
    const double difference = mean_absolute_difference(prepared, original);
    EXPECT_LE(difference, kStretching + change_by_one_pixel(original));
    ++all_;
    exact_ += difference <= kStretching ? 1 : 0;
  }
  double exact_share() const { return static_cast<double>(exact_) / all_; }

 private:
  int all_ = 0;
  int exact_ = 0;
};

TEST_F(PrepareRealMnist, SeesTheSameInAnEnlargedImage) {
  Differences differences;
  for (std::int64_t i = 0; i < size(); i += 10) {
    const DigitPixels pixels = digit(i);
    const auto prepared = prepare(enlarged(black_on_white(pixels), 10));
    ASSERT_TRUE(prepared) << i;
    differences.add(*prepared, pixels);
  }
  EXPECT_GE(differences.exact_share(), 0.9);
}

TEST_F(PrepareRealMnist, SeesTheSameInTheCornerOfALargeCanvas) {
  Differences differences;
  for (std::int64_t i = 0; i < size(); i += 50) {
    const DigitPixels pixels = digit(i);
    const Picture large = enlarged(black_on_white(pixels), 5);
    for (const auto& [x, y] : {std::pair{0, 0}, {260, 0}, {0, 160}, {260, 160}}) {
      const auto prepared = prepare(placed(large, x, y, 400, 300, kWhite));
      ASSERT_TRUE(prepared) << i;
      differences.add(*prepared, pixels);
    }
  }
  EXPECT_GE(differences.exact_share(), 0.9);
}

// On such paper the ink below the noise is lost, which costs the faint half of the outline: less
// than one pixel around.
TEST_F(PrepareRealMnist, SeesNearlyTheSameOnNoisyPaper) {
  const Picture paper = noise(560, 560, 225, 10);
  for (std::int64_t i = 0; i < size(); i += 500) {
    const DigitPixels pixels = digit(i);
    Picture picture = enlarged(black_on_white(pixels), 20);
    for (std::size_t p = 0; p < picture.rgba.size(); ++p) {
      picture.rgba[p] = static_cast<std::uint8_t>(picture.rgba[p] * paper.rgba[p] / 255);
    }
    const auto prepared = prepare(picture);
    ASSERT_TRUE(prepared) << i;
    EXPECT_LE(mean_absolute_difference(*prepared, pixels), change_by_one_pixel(pixels)) << i;
  }
}

}  // namespace
}  // namespace inkling
