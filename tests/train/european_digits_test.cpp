#include "train/european_digits.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>

#include <gtest/gtest.h>

namespace inkling {
namespace {

Dataset digits_of(int height, int width) {
  return {.height = height, .width = width, .images = {}, .labels = {}};
}

Dataset european_digits(std::int64_t first, std::int64_t count, std::uint64_t seed,
                        int threads = 1) {
  ThreadPool pool(threads);
  return make_european_digits(digits_of(28, 28), first, count, seed, pool);
}

std::span<const std::uint8_t> picture_of(const Dataset& data, std::int64_t i) {
  return std::span(data.images)
      .subspan(static_cast<std::size_t>(i * data.pixels()),
               static_cast<std::size_t>(data.pixels()));
}

// The columns from the first to the last with ink in the rows.
int width_of_ink(std::span<const std::uint8_t> picture, std::size_t first_row,
                 std::size_t last_row) {
  int first = 28;
  int last = -1;
  for (std::size_t y = first_row; y <= last_row; ++y) {
    for (int x = 0; x < 28; ++x) {
      if (picture[y * 28 + static_cast<std::size_t>(x)] >= 128) {
        first = std::min(first, x);
        last = std::max(last, x);
      }
    }
  }
  return std::max(0, last - first + 1);
}

TEST(EuropeanDigits, AreAFunctionOfSeedAndNumber) {
  const Dataset all = european_digits(0, 40, 3);
  ASSERT_EQ(all.size(), 40);
  const Dataset later = european_digits(30, 10, 3);
  EXPECT_TRUE(
      std::equal(later.images.begin(), later.images.end(), all.images.begin() + 30 * all.pixels()));
  EXPECT_TRUE(std::equal(later.labels.begin(), later.labels.end(), all.labels.begin() + 30));
  EXPECT_EQ(all.images, european_digits(0, 40, 3, 3).images) << "three threads";
  EXPECT_NE(all.images, european_digits(0, 40, 4).images);
}

TEST(EuropeanDigits, AreOnesAndSevensInMnistsFrame) {
  const Dataset made = european_digits(0, 400, 1);
  const auto ones = std::count(made.labels.begin(), made.labels.end(), 1);
  const auto sevens = std::count(made.labels.begin(), made.labels.end(), 7);
  EXPECT_EQ(ones + sevens, 400);
  EXPECT_GE(ones, 150);
  EXPECT_GE(sevens, 150);
  for (std::int64_t i = 0; i < made.size(); ++i) {
    const auto picture = picture_of(made, i);
    EXPECT_GE(*std::max_element(picture.begin(), picture.end()), 200) << i;
    EXPECT_GE(std::accumulate(picture.begin(), picture.end(), 0) / 255, 20) << i;
    for (std::size_t edge = 0; edge < 28; ++edge) {
      EXPECT_EQ(picture[edge], 0) << i;
      EXPECT_EQ(picture[27 * 28 + edge], 0) << i;
    }
  }
}

// What tells them apart: the first of a seven's rows are its whole top, those of a one the point of
// its upstroke.
TEST(EuropeanDigits, BeginWithALevelTopOrAPoint) {
  const Dataset made = european_digits(0, 400, 1);
  double widths[2] = {0, 0};
  int counts[2] = {0, 0};
  for (std::int64_t i = 0; i < made.size(); ++i) {
    const auto is_seven = static_cast<std::size_t>(made.labels[static_cast<std::size_t>(i)] == 7);
    widths[is_seven] += width_of_ink(picture_of(made, i), 0, 5);
    ++counts[is_seven];
  }
  EXPECT_GE(widths[1] / counts[1], 1.8 * widths[0] / counts[0]);
}

TEST(EuropeanDigits, NeedADataSetOfDigits) {
  ThreadPool pool(1);
  Dataset letters = digits_of(28, 28);
  letters.class_names = {"a", "b"};
  EXPECT_FALSE(shows_digits(letters));
  EXPECT_THROW(make_european_digits(letters, 0, 1, 1, pool), std::invalid_argument);
  Dataset named = digits_of(28, 28);
  for (int i = 0; i < 10; ++i) {
    named.class_names.push_back(std::to_string(i));
  }
  EXPECT_TRUE(shows_digits(named));
  EXPECT_EQ(make_european_digits(named, 0, 3, 1, pool).size(), 3);
  named.class_names.emplace_back("10");
  EXPECT_FALSE(shows_digits(named));
  EXPECT_THROW(make_european_digits(digits_of(28, 20), 0, 1, 1, pool), std::invalid_argument);
  EXPECT_THROW(make_european_digits(digits_of(7, 7), 0, 1, 1, pool), std::invalid_argument);
  EXPECT_EQ(make_european_digits(digits_of(8, 8), 0, 100, 1, pool).images.size(), 6400U);
}

}  // namespace
}  // namespace inkling
