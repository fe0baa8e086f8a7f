#include "data/exif.h"

#include <gtest/gtest.h>

#include "tests/data/exif_sample.h"

namespace inkling {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Exif, ReadsTheOrientationInBothByteOrders) {
  for (const bool big_endian : {false, true}) {
    for (std::uint8_t value = 1; value <= 8; ++value) {
      EXPECT_EQ(exif_orientation(tiff_with_orientation(value, big_endian)), value) << big_endian;
    }
  }
}

TEST(Exif, SkipsItsPrefix) {
  Bytes bytes = {'E', 'x', 'i', 'f', 0, 0};
  const Bytes tiff = tiff_with_orientation(6, true);
  bytes.insert(bytes.end(), tiff.begin(), tiff.end());
  EXPECT_EQ(exif_orientation(bytes), 6);
}

TEST(Exif, FindsTheTagBehindOthers) {
  Bytes bytes = tiff_with_orientation(8, false);
  const Bytes other = {0x0f, 0x01, 2, 0, 4, 0, 0, 0, 'C', 'a', 'm', 0};
  bytes.insert(bytes.begin() + 10, other.begin(), other.end());
  bytes[8] = 2;  // entries
  EXPECT_EQ(exif_orientation(bytes), 8);
}

TEST(Exif, WhatCannotBeReadIsUpright) {
  EXPECT_EQ(exif_orientation({}), 1);
  EXPECT_EQ(exif_orientation(tiff_with_orientation(0, false)), 1);
  EXPECT_EQ(exif_orientation(tiff_with_orientation(9, true)), 1);
  EXPECT_EQ(exif_orientation(tiff_with_orientation(6, true, 4)), 1) << "of another type";
  Bytes no_tiff = tiff_with_orientation(6, true);
  no_tiff[3] = 43;
  EXPECT_EQ(exif_orientation(no_tiff), 1);
  Bytes far_away = tiff_with_orientation(6, true);
  far_away[4] = 0xff;  // where the directory is
  EXPECT_EQ(exif_orientation(far_away), 1);
}

TEST(Exif, EveryTruncationIsReadOrUpright) {
  const Bytes whole = tiff_with_orientation(6, false);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const int orientation = exif_orientation(cut);
    EXPECT_TRUE(orientation == 1 || orientation == 6) << length;
  }
}

// A picture whose pixels are told apart by a letter each.
Picture lettered(int width, int height, const char* letters) {
  Picture picture{width, height, {}};
  for (const char* letter = letters; *letter != 0; ++letter) {
    picture.rgba.insert(picture.rgba.end(), {static_cast<std::uint8_t>(*letter), 1, 2, 255});
  }
  return picture;
}

TEST(Upright, TurnsAndMirrorsAsEachOrientationSays) {
  // Stored as     a b c
  //               d e f
  const struct {
    int orientation;
    int width;
    const char* seen;
  } cases[] = {{1, 3, "abcdef"}, {2, 3, "cbafed"}, {3, 3, "fedcba"}, {4, 3, "defabc"},
               {5, 2, "adbecf"}, {6, 2, "daebfc"}, {7, 2, "fcebda"}, {8, 2, "cfbead"}};
  for (const auto& [orientation, width, seen] : cases) {
    const Picture turned = upright(lettered(3, 2, "abcdef"), orientation);
    EXPECT_EQ(turned.width, width) << orientation;
    EXPECT_EQ(turned.height, 6 / width) << orientation;
    EXPECT_EQ(turned.rgba, lettered(width, 6 / width, seen).rgba) << orientation;
  }
}

TEST(Upright, RejectsWhatIsNoOrientation) {
  EXPECT_THROW(upright(lettered(1, 1, "a"), 0), std::invalid_argument);
  EXPECT_THROW(upright(lettered(1, 1, "a"), 9), std::invalid_argument);
}

}  // namespace
}  // namespace inkling
