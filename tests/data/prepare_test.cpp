#include "data/prepare.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pictures.h"

namespace inkling {
namespace {

// A seven, as a page would draw it: two strokes of a round pen.
Picture drawn_seven(int size, double thickness, const Color& ink, const Color& paper) {
  Picture picture = plain_picture(size, size, paper);
  draw_line(picture, 0.3 * size, 0.2 * size, 0.7 * size, 0.2 * size, thickness, ink);
  draw_line(picture, 0.7 * size, 0.2 * size, 0.4 * size, 0.8 * size, thickness, ink);
  return picture;
}

struct InkExtent {
  int left = kDigitSize;
  int right = -1;
  int top = kDigitSize;
  int bottom = -1;
  int width() const { return right - left + 1; }
  int height() const { return bottom - top + 1; }
};

InkExtent extent_of(const DigitPixels& digit) {
  InkExtent extent;
  for (int y = 0; y < kDigitSize; ++y) {
    for (int x = 0; x < kDigitSize; ++x) {
      if (at(digit, x, y) > 0) {
        extent.left = std::min(extent.left, x);
        extent.right = std::max(extent.right, x);
        extent.top = std::min(extent.top, y);
        extent.bottom = y;
      }
    }
  }
  return extent;
}

int strongest_of(const DigitPixels& digit) { return *std::max_element(digit.begin(), digit.end()); }

TEST(Prepare, FindsNothingOnOneTone) {
  for (const Color& color : {kWhite, kBlack, Color{90, 120, 30, 255}}) {
    EXPECT_FALSE(prepare(plain_picture(28, 28, color)));
    EXPECT_FALSE(prepare(plain_picture(300, 150, color)));
    EXPECT_FALSE(prepare(plain_picture(1, 1, color)));
  }
}

TEST(Prepare, FindsNothingOnTransparency) {
  EXPECT_FALSE(prepare(plain_picture(280, 280, kTransparent)));
  EXPECT_FALSE(prepare(plain_picture(280, 280, {255, 255, 255, 0})));
  EXPECT_FALSE(prepare(plain_picture(280, 280, {0, 0, 0, 128})));
}

TEST(Prepare, FindsNothingUnderTransparencyWhateverTheHiddenColors) {
  Picture picture = drawn_seven(100, 8, kBlack, kWhite);
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) {
    picture.rgba[i] = 0;
  }
  EXPECT_FALSE(prepare(picture));
}

TEST(Prepare, FindsNothingInFaintNoise) {
  for (const int tone : {0, 5, 128, 250, 255}) {
    EXPECT_FALSE(prepare(noise(28, 28, tone, 8))) << tone;
    EXPECT_FALSE(prepare(noise(280, 280, tone, 8))) << tone;
  }
}

TEST(Prepare, FindsNothingInStrongerNoiseThatIsEverywhere) {
  EXPECT_FALSE(prepare(noise(280, 280, 128, 40)));
}

// Rubbish of any size and kind: bands, blocks and noise, opaque and not.
TEST(Prepare, TakesAnyPicture) {
  std::mt19937 random(1);
  const auto below = [&](int limit) {
    return static_cast<int>(random() % static_cast<unsigned>(limit));
  };
  for (int round = 0; round < 300; ++round) {
    const int width = 1 + below(round % 3 == 0 ? 20 : 160);
    const int height = 1 + below(round % 5 == 0 ? 20 : 160);
    Picture picture = plain_picture(width, height, {0, 0, 0, 255});
    const int grain = 1 + below(30);
    const bool banded = below(2) == 0;
    const int shades = 2 + below(200);
    const auto byte = [&](int x, int y, int channel) {
      const int cell = banded ? y / grain : x / grain * 7919 + y / grain * 104729 + channel;
      return static_cast<std::uint8_t>(cell * 2654435761U % 256 / static_cast<unsigned>(shades) *
                                       static_cast<unsigned>(shades));
    };
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const std::uint8_t alpha = round % 4 == 0 ? byte(x, y, 3) : std::uint8_t{255};
        set_pixel(picture, x, y, {byte(x, y, 0), byte(x, y, 1), byte(x, y, 2), alpha});
      }
    }
    if (const auto digit = prepare(picture)) {
      EXPECT_GT(strongest_of(*digit), 0) << width << " x " << height;
    }
  }
}

TEST(Prepare, RejectsAPictureThatIsNotItsSize) {
  EXPECT_THROW(prepare(Picture{2, 2, std::vector<std::uint8_t>(15)}), std::invalid_argument);
  EXPECT_THROW(prepare(Picture{0, 0, {}}), std::invalid_argument);
  EXPECT_THROW(prepare(Picture{-1, -1, std::vector<std::uint8_t>(4)}), std::invalid_argument);
}

TEST(Prepare, FillsTwentyPixelsOnTheLongerSide) {
  for (const int size : {28, 60, 280, 1000}) {
    const auto digit = prepare(drawn_seven(size, 0.06 * size, kBlack, kWhite));
    ASSERT_TRUE(digit) << size;
    EXPECT_EQ(extent_of(*digit).height(), 20) << size;
    EXPECT_LT(extent_of(*digit).width(), 20) << size;
    EXPECT_EQ(strongest_of(*digit), 255) << size;
  }
}

TEST(Prepare, KeepsTheProportionsOfATallAndAWideStroke) {
  Picture tall = plain_picture(100, 200, kWhite);
  fill_rectangle(tall, 45, 20, 65, 180, kBlack);
  const InkExtent upright = extent_of(prepare(tall).value());
  EXPECT_EQ(upright.height(), 20);
  EXPECT_LE(std::abs(upright.width() - 20 * 20 / 160), 1);  // 2.5, rounded either way

  Picture wide = plain_picture(200, 100, kWhite);
  fill_rectangle(wide, 20, 45, 180, 65, kBlack);
  const InkExtent lying = extent_of(prepare(wide).value());
  EXPECT_EQ(lying.width(), 20);
  EXPECT_LE(std::abs(lying.height() - 20 * 20 / 160), 1);
}

TEST(Prepare, CentersTheMass) {
  const auto digit = prepare(drawn_seven(280, 18, kBlack, kWhite));
  ASSERT_TRUE(digit);
  double mass = 0;
  double x = 0;
  double y = 0;
  for (int row = 0; row < kDigitSize; ++row) {
    for (int column = 0; column < kDigitSize; ++column) {
      const double value = at(*digit, column, row);
      mass += value;
      x += value * column;
      y += value * row;
    }
  }
  // Moved by whole pixels, so within half a pixel; bytes are rounded after that.
  EXPECT_LE(std::abs(x / mass - 14), 0.51);
  EXPECT_LE(std::abs(y / mass - 14), 0.51);
}

TEST(Prepare, SeesTheSameDigitInEitherPolarityAndOnTransparency) {
  const DigitPixels expected = prepare(drawn_seven(280, 18, kWhite, kBlack)).value();
  EXPECT_EQ(prepare(drawn_seven(280, 18, kBlack, kWhite)), expected);
  EXPECT_EQ(prepare(drawn_seven(280, 18, kBlack, kTransparent)), expected);
  EXPECT_EQ(prepare(drawn_seven(280, 18, kWhite, kTransparent)), expected);
  EXPECT_EQ(prepare(drawn_seven(280, 18, kWhite, {255, 255, 255, 0})), expected);
}

TEST(Prepare, SeesTheSameDigitInEveryColorAndStrength) {
  const DigitPixels expected = prepare(drawn_seven(280, 18, kBlack, kWhite)).value();
  for (const Color& ink :
       {Color{200, 200, 200, 255}, {255, 0, 0, 255}, {255, 255, 0, 255}, {0, 0, 90, 60}}) {
    const auto digit = prepare(drawn_seven(280, 18, ink, kWhite));
    ASSERT_TRUE(digit);
    // One tone on one tone is the same image but for a factor, which stretching takes out; bytes
    // may round differently.
    EXPECT_LE(mean_absolute_difference(*digit, expected), 1);
  }
}

TEST(Prepare, DoesNotCareWhereOnTheCanvasTheDigitIs) {
  const Picture seven = drawn_seven(280, 18, kBlack, kWhite);
  const DigitPixels expected = prepare(seven).value();
  EXPECT_EQ(prepare(placed(seven, 0, 0, 1000, 700, kWhite)), expected);
  EXPECT_EQ(prepare(placed(seven, 720, 420, 1000, 700, kWhite)), expected);
}

TEST(Prepare, MakesMnistsFrameForPicturesOfAnotherSide) {
  const Picture seven = drawn_seven(280, 18, kBlack, kWhite);
  for (const int side : {8, 16, 56, 256}) {
    const std::vector<std::uint8_t> pixels = prepare(seven, side).value();
    ASSERT_EQ(std::ssize(pixels), std::ptrdiff_t{side} * side);
    int top = side;
    int bottom = -1;
    for (int i = 0; i < side * side; ++i) {
      if (pixels[static_cast<std::size_t>(i)] > 16) {
        top = std::min(top, i / side);
        bottom = i / side;
      }
    }
    EXPECT_NEAR(bottom + 1 - top, side * 20 / 28.0, 1.01) << side;
  }
  const DigitPixels usual = prepare(seven).value();
  EXPECT_TRUE(std::ranges::equal(prepare(seven, 28).value(), usual));
}

TEST(Prepare, RefusesASideThatIsNone) {
  const Picture seven = drawn_seven(280, 18, kBlack, kWhite);
  for (const int side : {-1, 0, 7, 257}) {
    EXPECT_THROW(prepare(seven, side), std::invalid_argument) << side;
  }
}

TEST(Prepare, ChangesNothingTheSecondTime) {
  for (const double thickness : {1.0, 6.0, 18.0, 40.0}) {
    const DigitPixels once = prepare(drawn_seven(280, thickness, kBlack, kWhite)).value();
    EXPECT_EQ(prepare(white_on_black(once)), once) << thickness;
    EXPECT_EQ(prepare(black_on_white(once)), once) << thickness;
  }
}

// A line one pixel thin keeps 1/50 of its ink in a plain average of 1000 pixels into 20, 5 of 255.
// Here it must come out as MNIST's own strokes do: full ink along its whole length, and about two
// pixels wide.
TEST(Prepare, KeepsAOnePixelLineOnALargeCanvas) {
  struct Line {
    double x0, y0, x1, y1;
  };
  for (const Line& line :
       {Line{500, 0, 500, 1000}, {0, 500, 1000, 500}, {0, 0, 1000, 1000}, {300, 100, 700, 900}}) {
    Picture canvas = plain_picture(1000, 1000, kWhite);
    draw_line(canvas, line.x0, line.y0, line.x1, line.y1, 1, kBlack);
    const auto digit = prepare(canvas);
    ASSERT_TRUE(digit);
    const InkExtent extent = extent_of(*digit);
    EXPECT_EQ(std::max(extent.width(), extent.height()), 20);
    const bool upright = extent.height() == 20;
    // Inside the round ends, each step along the line crosses strong ink.
    for (int along = 1; along < 19; ++along) {
      int strongest = 0;
      for (int across = 0; across < kDigitSize; ++across) {
        const int x = upright ? across : extent.left + along;
        const int y = upright ? extent.top + along : across;
        strongest = std::max(strongest, at(*digit, x, y));
      }
      EXPECT_GE(strongest, 128) << along;
    }
  }
}

// Its box, made as wide as the 20×20 asks, would have 5,000 × 100,000 pixels.
TEST(Prepare, TakesALineOfAnyLengthInLittleMemory) {
  const auto ink_of_line = [](int length) {
    Picture picture = plain_picture(length, 5, kWhite);
    fill_rectangle(picture, 0, 2, length, 3, kBlack);
    const DigitPixels digit = prepare(picture).value();
    return std::accumulate(digit.begin(), digit.end(), 0.0);
  };
  const double usual = ink_of_line(4'000);
  EXPECT_GT(usual, 20 * 255) << "20 pixels long and more than one wide";
  EXPECT_NEAR(ink_of_line(100'000), usual, 0.01 * usual);
}

TEST(Prepare, DrawsAThinPenAsStrongAsMnist) {
  const auto digit = prepare(drawn_seven(1000, 1, kBlack, kWhite));
  ASSERT_TRUE(digit);
  double ink = 0;
  for (const std::uint8_t value : *digit) {
    ink += value / 255.0;
  }
  // The strokes are about 13 and 22 pixels long in the 20×20; MNIST's pen makes them 1 to 4 wide.
  EXPECT_GE(ink, 35 * 1);
  EXPECT_LE(ink, 35 * 4);
}

TEST(Prepare, IgnoresFaintSpecksFarFromTheDigit) {
  Picture picture = drawn_seven(280, 18, kBlack, kWhite);
  const DigitPixels expected = prepare(picture).value();
  set_pixel(picture, 2, 2, {245, 245, 245, 255});
  set_pixel(picture, 270, 275, {250, 250, 250, 255});
  EXPECT_EQ(prepare(picture), expected);
}

}  // namespace
}  // namespace inkling
