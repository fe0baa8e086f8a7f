#include "data/scan.h"

#include <vector>

#include <gtest/gtest.h>

namespace inkling {
namespace {

// Rows around the length of a block, and of several.
constexpr int kLengths[] = {0, 1, 2, 31, 32, 33, 63, 64, 65, 100};

TEST(FindInRow, IsTheFirstThatHoldsFromAnyBeginning) {
  for (const int length : kLengths) {
    for (int place = 0; place < length; ++place) {
      std::vector<int> row(static_cast<std::size_t>(length));
      row[static_cast<std::size_t>(place)] = 7;
      const auto is_seven = [](int value) { return value == 7; };
      for (int begin = 0; begin <= length; ++begin) {
        EXPECT_EQ(find_in_row(row.data(), begin, length, is_seven), begin <= place ? place : length)
            << length << " long, from " << begin;
      }
    }
  }
}

TEST(FindInRow, LooksNoFurtherThanTheEnd) {
  const std::vector<int> row(40, 7);
  EXPECT_EQ(find_in_row(row.data(), 3, 3, [](int value) { return value == 7; }), 3);
  EXPECT_EQ(find_in_row(row.data(), 3, 35, [](int value) { return value == 8; }), 35);
}

TEST(Greatest, IsFoundAtEveryPlace) {
  for (const int length : kLengths) {
    for (std::size_t place = 0; place < static_cast<std::size_t>(length); ++place) {
      std::vector<float> values(static_cast<std::size_t>(length), -3);
      values[place] = -1;
      EXPECT_EQ(greatest(values.data(), values.size()), -1) << place << " of " << length;
    }
  }
}

}  // namespace
}  // namespace inkling
