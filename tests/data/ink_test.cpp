#include "data/ink.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/boxes.h"
#include "tests/support/pictures.h"

namespace inkling {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

Picture row(const std::vector<Color>& colors) {
  Picture picture = plain_picture(static_cast<int>(colors.size()), 1, kBlack);
  for (std::size_t i = 0; i < colors.size(); ++i) {
    set_pixel(picture, static_cast<int>(i), 0, colors[i]);
  }
  return picture;
}

TEST(Luminance, KeepsGrayExactly) {
  for (int gray = 0; gray < 256; ++gray) {
    const auto value = static_cast<std::uint8_t>(gray);
    const GrayImage image = luminance_on_white(row({{value, value, value, 255}}));
    EXPECT_EQ(image.values[0], static_cast<float>(gray));
  }
}

TEST(Luminance, WeighsColorsAsTheEyeDoes) {
  const GrayImage image =
      luminance_on_white(row({{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}}));
  EXPECT_FLOAT_EQ(image.values[0], 0.299F * 255);
  EXPECT_FLOAT_EQ(image.values[1], 0.587F * 255);
  EXPECT_FLOAT_EQ(image.values[2], 0.114F * 255);
}

TEST(Luminance, LaysTransparencyOnWhite) {
  const GrayImage image =
      luminance_on_white(row({{0, 0, 0, 0}, {0, 0, 0, 255}, {0, 0, 0, 51}, {9, 9, 9, 0}}));
  EXPECT_THAT(image.values, ElementsAre(255, 0, 204, 255));
}

// An image of one level with a block of another in its middle.
GrayImage block(float paper, float drawn) {
  GrayImage image(9, 9);
  image.values.assign(image.values.size(), paper);
  for (int y = 3; y < 6; ++y) {
    for (int x = 3; x < 6; ++x) {
      image.at(x, y) = drawn;
    }
  }
  return image;
}

TEST(Ink, IsTheDifferenceFromThePaperWhicheverIsDarker) {
  for (const auto& [paper, drawn] : {std::pair{255.0F, 40.0F}, {0.0F, 215.0F}, {20.0F, 235.0F}}) {
    const auto ink = ink_on_paper(block(paper, drawn));
    ASSERT_TRUE(ink);
    EXPECT_EQ(ink->at(0, 0), 0);
    EXPECT_EQ(ink->at(4, 4), 215);
  }
}

TEST(Ink, OnGrayPaperIsWhatStandsOutMore) {
  GrayImage image = block(128, 0);
  image.at(0, 4) = 160;  // a speck lighter than the paper
  const auto ink = ink_on_paper(image);
  ASSERT_TRUE(ink);
  EXPECT_EQ(ink->at(4, 4), 128);
  EXPECT_EQ(ink->at(0, 4), 0);
}

TEST(Ink, MayTouchTheBorder) {
  GrayImage image = block(255, 0);
  for (int x = 2; x < 7; ++x) {
    image.at(x, 0) = 0;
  }
  const auto ink = ink_on_paper(image);
  ASSERT_TRUE(ink);
  EXPECT_EQ(ink->at(4, 0), 255);
  EXPECT_EQ(ink->at(0, 8), 0);
}

TEST(Ink, DoesNotIncludeThePapersNoise) {
  std::mt19937 random(1);
  GrayImage image(60, 60);
  for (float& value : image.values) {
    value = 220 + static_cast<float>(random() % 21);  // 220..240
  }
  for (int y = 20; y < 40; ++y) {
    image.at(30, y) = 30;
  }
  const auto ink = ink_on_paper(image);
  ASSERT_TRUE(ink);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 60; ++x) {
      EXPECT_EQ(ink->at(x, y) > 0, x == 30 && y >= 20 && y < 40) << x << ' ' << y;
    }
  }
}

// 300×300 of gray paper with a line in the middle, darker by so much, and two corners of a tone, as
// the edge of a shadow leaves them.
GrayImage line_between_corners(float line, float corners) {
  GrayImage gray(300, 300);
  gray.values.assign(gray.values.size(), 150);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 30 - y; ++x) {
      gray.at(x, y) = corners;
      gray.at(299 - x, 299 - y) = corners;
    }
  }
  for (int y = 100; y < 200; ++y) {
    for (int x = 150; x < 155; ++x) {
      gray.at(x, y) -= line;
    }
  }
  return gray;
}

// Half of the paper in a shadow that is too weak to be seen, and a dot near the edge.
TEST(Ink, OnDarkPaperIsNotOutweighedByAWideShade) {
  GrayImage image(300, 300);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 300; ++x) {
      const bool is_dot = x >= 20 && x < 30 && y >= 60 && y < 70;
      const float paper = y < 160 ? 24 : 15;
      image.at(x, y) = is_dot ? 200 : paper;
    }
  }
  const auto ink = ink_on_paper(image);
  ASSERT_TRUE(ink);
  EXPECT_GT(ink->at(25, 65), 100);
  EXPECT_EQ(ink->at(150, 250), 0);
}

TEST(Ink, IsFoundBesideStrongerResidueAtTheEdges) {
  for (const float corners : {30.0F, 250.0F}) {
    const auto ink = ink_on_paper(line_between_corners(40, corners));
    ASSERT_TRUE(ink) << corners;
    EXPECT_GT(ink->at(152, 150), 0) << corners;
    EXPECT_EQ(ink->at(2, 2), 0) << corners;
    const auto all_that_there_is = ink_on_paper(line_between_corners(0, corners));
    ASSERT_TRUE(all_that_there_is) << corners;
    EXPECT_GT(all_that_there_is->at(2, 2), 0) << corners;
  }
}

TEST(Ink, IsNoneOnOneTone) {
  for (const float tone : {0.0F, 1.0F, 128.0F, 255.0F}) {
    EXPECT_FALSE(ink_on_paper(block(tone, tone)));
  }
}

TEST(Ink, IsTakenFromAlphaWhenTheColorIsThePapers) {
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
