#include "data/ink.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pictures.h"

namespace inkling {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

Picture row(const std::vector<Colour>& colours) {
  Picture picture = plain_picture(static_cast<int>(colours.size()), 1, kBlack);
  for (std::size_t i = 0; i < colours.size(); ++i) {
    set_pixel(picture, static_cast<int>(i), 0, colours[i]);
  }
  return picture;
}

TEST(Luminance, KeepsGreyExactly) {
  for (int grey = 0; grey < 256; ++grey) {
    const auto value = static_cast<std::uint8_t>(grey);
    const Plane plane = luminance_on_white(row({{value, value, value, 255}}));
    EXPECT_EQ(plane.values[0], static_cast<float>(grey));
  }
}

TEST(Luminance, WeighsColoursAsTheEyeDoes) {
  const Plane plane =
      luminance_on_white(row({{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}}));
  EXPECT_FLOAT_EQ(plane.values[0], 0.299F * 255);
  EXPECT_FLOAT_EQ(plane.values[1], 0.587F * 255);
  EXPECT_FLOAT_EQ(plane.values[2], 0.114F * 255);
}

TEST(Luminance, LaysTransparencyOnWhite) {
  const Plane plane =
      luminance_on_white(row({{0, 0, 0, 0}, {0, 0, 0, 255}, {0, 0, 0, 51}, {9, 9, 9, 0}}));
  EXPECT_THAT(plane.values, ElementsAre(255, 0, 204, 255));
}

// A plane of one level with a block of another in its middle.
Plane block(float paper, float drawn) {
  Plane plane(9, 9);
  plane.values.assign(plane.values.size(), paper);
  for (int y = 3; y < 6; ++y) {
    for (int x = 3; x < 6; ++x) {
      plane.at(x, y) = drawn;
    }
  }
  return plane;
}

TEST(Ink, IsTheDifferenceFromThePaperWhicheverIsDarker) {
  for (const auto& [paper, drawn] : {std::pair{255.0F, 40.0F}, {0.0F, 215.0F}, {20.0F, 235.0F}}) {
    const auto ink = ink_on_paper(block(paper, drawn));
    ASSERT_TRUE(ink);
    EXPECT_EQ(ink->at(0, 0), 0);
    EXPECT_EQ(ink->at(4, 4), 215);
  }
}

TEST(Ink, OnGreyPaperIsWhatStandsOutMore) {
  Plane plane = block(128, 0);
  plane.at(0, 4) = 160;  // a speck lighter than the paper
  const auto ink = ink_on_paper(plane);
  ASSERT_TRUE(ink);
  EXPECT_EQ(ink->at(4, 4), 128);
  EXPECT_EQ(ink->at(0, 4), 0);
}

TEST(Ink, MayTouchTheBorder) {
  Plane plane = block(255, 0);
  for (int x = 2; x < 7; ++x) {
    plane.at(x, 0) = 0;
  }
  const auto ink = ink_on_paper(plane);
  ASSERT_TRUE(ink);
  EXPECT_EQ(ink->at(4, 0), 255);
  EXPECT_EQ(ink->at(0, 8), 0);
}

TEST(Ink, DoesNotIncludeThePapersNoise) {
  std::mt19937 random(1);
  Plane plane(60, 60);
  for (float& value : plane.values) {
    value = 220 + static_cast<float>(random() % 21);  // 220..240
  }
  for (int y = 20; y < 40; ++y) {
    plane.at(30, y) = 30;
  }
  const auto ink = ink_on_paper(plane);
  ASSERT_TRUE(ink);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 60; ++x) {
      EXPECT_EQ(ink->at(x, y) > 0, x == 30 && y >= 20 && y < 40) << x << ' ' << y;
    }
  }
}

TEST(Ink, IsNoneOnOneTone) {
  for (const float tone : {0.0F, 1.0F, 128.0F, 255.0F}) {
    EXPECT_FALSE(ink_on_paper(block(tone, tone)));
  }
}

TEST(Ink, IsTakenFromAlphaWhenTheColourIsThePapers) {
  Picture picture = plain_picture(9, 9, {255, 255, 255, 0});
  set_pixel(picture, 4, 4, kWhite);
  const auto ink = extract_ink(picture);
  ASSERT_TRUE(ink);
  EXPECT_EQ(ink->at(4, 4), 255);
  EXPECT_EQ(ink->at(0, 0), 0);
}

TEST(Ink, IsNotTheShapeOfAnOpaquePicture) {
  // A white card with see-through corners: a blank card, whatever its alpha channel looks like.
  Picture picture = plain_picture(9, 9, kWhite);
  for (const int x : {0, 8}) {
    for (const int y : {0, 8}) {
      set_pixel(picture, x, y, kTransparent);
    }
  }
  EXPECT_FALSE(extract_ink(picture));
}

TEST(Ink, WorksOnTheSmallestPictures) {
  EXPECT_FALSE(extract_ink(plain_picture(1, 1, kBlack)));
  const auto ink = extract_ink(row({kWhite, kWhite, kBlack, kWhite}));
  ASSERT_TRUE(ink);
  EXPECT_THAT(ink->values, ElementsAre(0, 0, 255, 0));
}

TEST(AlphaChannel, IsTheFourthByte) {
  EXPECT_THAT(alpha_channel(plain_picture(3, 2, {1, 2, 3, 77})).values, Each(77));
}

}  // namespace
}  // namespace inkling
