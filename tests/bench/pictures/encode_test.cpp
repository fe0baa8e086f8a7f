#include "bench/pictures/encode.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "data/decode_picture.h"

namespace inkling::pictures {
namespace {

TEST(EncodeSlowPng, IsAPictureOfNoise) {
  const Picture picture = decode_picture(encode_slow_png(67, 43));
  EXPECT_EQ(picture.width, 67);
  EXPECT_EQ(picture.height, 43);
  const std::set<std::uint8_t> values(picture.rgba.begin(), picture.rgba.end());
  EXPECT_GT(values.size(), 250U);
  const auto second_row = picture.rgba.begin() + 67 * 4;
  EXPECT_FALSE(std::equal(picture.rgba.begin(), second_row, second_row)) << "Paeth's filter";
}

}  // namespace
}  // namespace inkling::pictures
