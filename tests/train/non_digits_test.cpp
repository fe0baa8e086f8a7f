#include "train/non_digits.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>

#include <gtest/gtest.h>

#include "engine/ops/loss.h"
#include "kernels/args/loss.h"
#include "tests/train/synthetic.h"
#include "train/strokes.h"
#include "train/trainer.h"

namespace inkling {
namespace {

constexpr std::int32_t kBothRows[] = {0, 1};

// Two pictures of 28×28: a bar, and a square.
Dataset two_digits() {
  Dataset data{
      .height = 28, .width = 28, .images = std::vector<std::uint8_t>(2 * 784), .labels = {1, 0}};
  for (std::size_t y = 4; y < 24; ++y) {
    for (std::size_t x = 4; x < 24; ++x) {
      data.images[y * 28 + x] = x > 11 && x < 15 ? 255 : 0;
      data.images[784 + y * 28 + x] = 255;
    }
  }
  return data;
}

Dataset non_digits(const Dataset& digits, std::span<const std::int32_t> rows, std::int64_t first,
                   std::int64_t count, std::uint64_t seed, int threads = 1) {
  ThreadPool pool(threads);
  return make_non_digits(digits, rows, first, count, seed, pool);
}

TEST(NonDigits, AreAFunctionOfSeedAndNumber) {
  const Dataset all = non_digits(two_digits(), kBothRows, 0, 40, 3);
  ASSERT_EQ(all.size(), 40);
  EXPECT_EQ(all.labels, std::vector<std::uint8_t>(40, kNoClass));
  const Dataset later = non_digits(two_digits(), kBothRows, 30, 10, 3);
  EXPECT_TRUE(
      std::equal(later.images.begin(), later.images.end(), all.images.begin() + 30 * all.pixels()));
  EXPECT_EQ(all.images, non_digits(two_digits(), kBothRows, 0, 40, 3, 3).images) << "three threads";
  EXPECT_NE(all.images, non_digits(two_digits(), kBothRows, 0, 40, 4).images);
}

TEST(NonDigits, AreInkInMnistsFrame) {
  const Dataset made = non_digits(two_digits(), kBothRows, 0, 400, 1);
  std::set<std::vector<std::uint8_t>> different;
  for (std::int64_t i = 0; i < made.size(); ++i) {
    const auto* begin = made.images.data() + i * made.pixels();
    const std::vector<std::uint8_t> picture(begin, begin + made.pixels());
    EXPECT_GE(*std::max_element(picture.begin(), picture.end()), 200) << i;
    const int ink = std::accumulate(picture.begin(), picture.end(), 0) / 255;
    EXPECT_GE(ink, 15) << i;
    EXPECT_LE(ink, 22 * 22) << i;
    for (std::size_t edge = 0; edge < 28; ++edge) {  // all keep away from the picture's edge
      EXPECT_EQ(picture[edge], 0) << i;
      EXPECT_EQ(picture[27 * 28 + edge], 0) << i;
    }
    different.insert(picture);
  }
  EXPECT_GE(different.size(), 390U) << "but for discs that the pen has filled";
}

TEST(NonDigits, AreOfTheDataSetsSize) {
  const Dataset small{
      .height = 8, .width = 8, .images = std::vector<std::uint8_t>(64, 255), .labels = {0}};
  const Dataset made = non_digits(small, std::span(kBothRows, 1), 0, 100, 1);
  EXPECT_EQ(made.pixels(), 64);
  EXPECT_EQ(std::ssize(made.images), 6400);
}

TEST(NonDigits, NeedSquarePicturesAndOneOfThem) {
  Dataset wide = two_digits();
  wide.height = 14;
  EXPECT_THROW(non_digits(wide, kBothRows, 0, 1, 1), std::invalid_argument);
  EXPECT_THROW(non_digits(two_digits(), {}, 0, 1, 1), std::invalid_argument);
}

TEST(Strokes, FillTheFrameAndCoverWhatThePenDoes) {
  Drawing line{{{3, 7}, {3, 9}}};
  fit(line, 20, 2, 28);
  std::vector<std::uint8_t> pixels(784);
  draw(line, 2, 28, pixels.data());
  const auto at = [&](std::size_t x, std::size_t y) { return int{pixels[y * 28 + x]}; };
  EXPECT_EQ(at(13, 14), 255);
  EXPECT_EQ(at(14, 14), 255);
  EXPECT_EQ(at(12, 14), 0);
  EXPECT_EQ(at(15, 14), 0);
  EXPECT_GT(at(13, 4), 0) << "the first of the frame's 20 rows";
  EXPECT_EQ(at(13, 3), 0);
  EXPECT_GT(at(13, 23), 0);
  EXPECT_EQ(at(13, 24), 0);
}

TEST(Trainer, CountsDigitsAloneForItsAccuracy) {
  TrainOptions options = small_options();
  options.non_digits = 0.25;
  options.epochs = 6;
  Trainer trainer(options, synthetic_dataset(420), Device::cpu(1));
  EXPECT_EQ(trainer.images_per_epoch(), 500);
  EXPECT_TRUE(trainer.run({}));
  const EpochRecord& last = trainer.progress().history.back();
  EXPECT_GE(last.train_accuracy, 0.95) << "a fifth of the pictures has no right answer";
  EXPECT_LE(last.train_accuracy, 1);
}

// How sure the network is, on average, of the first 200 pictures.
double mean_confidence(const Trainer& trainer, const Dataset& data) {
  std::vector<std::int32_t> rows(200);
  std::iota(rows.begin(), rows.end(), 0);
  const DeviceDataset pictures(data, trainer.options().normalization, trainer.network().device());
  const NoGrad no_grad;
  const Variable logits = trainer.network().forward(Variable(pictures.gather(rows).images));
  const auto probabilities = softmax(logits.value()).to_host<float>();
  double sum = 0;
  for (auto row = probabilities.begin(); row != probabilities.end(); row += 4) {
    sum += static_cast<double>(*std::max_element(row, row + 4));
  }
  return sum / 200;
}

TEST(Trainer, LearnsThatNonDigitsAreNone) {
  TrainOptions options = small_options();
  options.non_digits = 0.5;
  options.epochs = 8;
  const Dataset digits = synthetic_dataset(400);
  Trainer trainer(options, digits, Device::cpu(1));
  EXPECT_TRUE(trainer.run({}));
  EXPECT_GE(mean_confidence(trainer, digits), 0.9);
  EXPECT_LE(mean_confidence(trainer, non_digits(digits, kBothRows, 1'000'000, 200, 1)), 0.5);
}

}  // namespace
}  // namespace inkling
