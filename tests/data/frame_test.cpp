#include "data/frame.h"

#include <gtest/gtest.h>

#include "data/ink.h"
#include "tests/support/boxes.h"
#include "tests/support/pictures.h"

namespace inkling {
namespace {

constexpr int kSide = 100;

std::optional<Box> inside(const std::vector<Box>& boxes) {
  return inside_of_frame(connected_components(ink_of_boxes(boxes, kSide), 1, 9), kSide, kSide);
}

// Lines of 3 pixels from (5, 5) to (95, 95).
const std::vector<Box> kFrame{{5, 5, 90, 3}, {5, 92, 90, 3}, {5, 5, 3, 90}, {92, 5, 3, 90}};

std::vector<Box> with(std::vector<Box> boxes, const Box& another) {
  boxes.push_back(another);
  return boxes;
}

void expect_inside_of_frame(const std::optional<Box>& box) {
  ASSERT_TRUE(box);
  EXPECT_GE(box->x, 8);
  EXPECT_GE(box->y, 8);
  EXPECT_LE(box->x + box->width, 92);
  EXPECT_LE(box->y + box->height, 92);
  EXPECT_GE(box->width, 75) << "nothing that is inside is cut off";
  EXPECT_GE(box->height, 75);
}

TEST(InsideOfFrame, IsWhatAWholeOneEnclosesWhateverIsInIt) {
  expect_inside_of_frame(inside(kFrame));
  expect_inside_of_frame(inside(with(kFrame, {45, 30, 6, 40})));
  expect_inside_of_frame(inside(with(kFrame, {1, 50, 2, 2})));
}

TEST(InsideOfFrame, IsFoundInABrokenOne) {
  const std::vector<Box> pieces{
      {5, 5, 60, 3}, {30, 92, 65, 3}, {5, 12, 3, 50}, {92, 5, 3, 40}, {92, 60, 3, 20}};
  expect_inside_of_frame(inside(pieces));
  expect_inside_of_frame(inside(with(pieces, {45, 30, 6, 40})));
}

TEST(InsideOfFrame, NeedsAllFourSidesAndAQuarterOfThePicture) {
  EXPECT_FALSE(inside({}));
  for (std::size_t side = 0; side < kFrame.size(); ++side) {
    std::vector<Box> three = kFrame;
    three.erase(three.begin() + static_cast<std::ptrdiff_t>(side));
    EXPECT_FALSE(inside(three)) << side;
  }
  EXPECT_FALSE(inside({{10, 10, 30, 2}, {10, 38, 30, 2}, {10, 10, 2, 30}, {38, 10, 2, 30}}));
  EXPECT_FALSE(inside(with(kFrame, {8, 50, 84, 8}))) << "an eight in straight strokes";
}

// A sheet of noise with a dark frame, and in it a line that is fainter than the frame by half.
GrayImage framed_line(float line) {
  GrayImage gray = luminance_on_white(noise(300, 300, 200, 6));
  for (int y = 10; y < 290; ++y) {
    for (int x = 10; x < 290; ++x) {
      if (x < 16 || x >= 284 || y < 16 || y >= 284) {
        gray.at(x, y) -= 150;
      } else if (x >= 150 && x < 153 && y >= 60 && y < 140) {
        gray.at(x, y) -= line;
      }
    }
  }
  return gray;
}

TEST(Ink, InAFrameIsFoundWhereItIsFainterThanTheFrame) {
  const auto ink = ink_on_paper(framed_line(40));
  ASSERT_TRUE(ink);
  const std::optional<Box> box = ink_box(*ink, max_value(*ink) / 2);
  ASSERT_TRUE(box);
  EXPECT_NEAR(box->height, 80, 8);
  EXPECT_LE(box->width, 8);
}

TEST(Ink, IsTheFrameWhereNothingIsInIt) {
  const auto ink = ink_on_paper(framed_line(0));
  ASSERT_TRUE(ink);
  const std::optional<Box> box = ink_box(*ink, max_value(*ink) / 2);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->width, 280);
}

}  // namespace
}  // namespace inkling
