#include "data/components.h"

#include <algorithm>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/boxes.h"

namespace inkling {
namespace {

using ::testing::ElementsAre;

constexpr int kSide = 100;

GrayImage drawn(const std::vector<std::string>& rows) {
  GrayImage ink(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()));
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      ink.at(x, y) =
          static_cast<float>(rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] - '0');
    }
  }
  return ink;
}

void fill(GrayImage& ink, const Box& box) {
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      ink.at(x, y) = 9;
    }
  }
}

// The parts of a drawing of boxes that do not touch each other, in the order of their first pixels.
std::vector<bool> parts_of(const std::vector<Box>& boxes) {
  return parts_of_drawing(connected_components(ink_of_boxes(boxes, kSide), 1, 9), kSide, kSide);
}

TEST(Components, TouchEachOtherDiagonallyTooAndJoinFromBothSides) {
  const Components components =
      connected_components(drawn({"300030", "030300", "003000", "000003"}), 1, 1);
  ASSERT_EQ(components.all.size(), 2U);
  EXPECT_EQ(components.all[0].area, 5);
  EXPECT_EQ(components.all[0].box.width, 5);
  EXPECT_EQ(components.all[1].box.x, 5);
  EXPECT_EQ(components.labels[4], components.labels[0]);
  EXPECT_EQ(components.labels[23], 2);
}

TEST(Components, NeedAStrongPixelAndTakeWeakOnesWithIt) {
  const Components components = connected_components(drawn({"2220022", "0000029"}), 2, 9);
  ASSERT_EQ(components.all.size(), 1U);
  EXPECT_EQ(components.all[0].area, 4);
  EXPECT_THAT(components.labels, ElementsAre(0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1));
}

std::int32_t& label_at(std::vector<std::int32_t>& labels, const GrayImage& ink, int x, int y) {
  return labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(ink.width) +
                static_cast<std::size_t>(x)];
}

// One pixel after another: slow, and plain to see that it is right.
void flood(const GrayImage& ink, float weak, int x, int y, std::int32_t number,
           std::vector<std::int32_t>& labels) {
  std::vector<std::pair<int, int>> left{{x, y}};
  while (!left.empty()) {
    const auto [u, v] = left.back();
    left.pop_back();
    if (u < 0 || v < 0 || u >= ink.width || v >= ink.height || ink.at(u, v) < weak) {
      continue;
    }
    std::int32_t& label = label_at(labels, ink, u, v);
    if (label == 0) {
      label = number;
      for (int dv = -1; dv <= 1; ++dv) {
        for (int du = -1; du <= 1; ++du) {
          left.emplace_back(u + du, v + dv);
        }
      }
    }
  }
}

TEST(Components, AreThoseOfAFloodInTheOrderOfTheirFirstPixels) {
  std::mt19937 random(5);
  for (const int width : {1, 2, 31, 32, 33, 70, 97}) {
    for (const unsigned share : {1U, 3U, 5U, 8U}) {  // of ten pixels that are ink
      GrayImage ink(width, 40);
      for (float& value : ink.values) {
        value = random() % 10 < share ? 2 : 0;
      }
      std::vector<std::int32_t> labels(ink.values.size());
      std::int32_t count = 0;
      for (int y = 0; y < ink.height; ++y) {
        for (int x = 0; x < ink.width; ++x) {
          if (ink.at(x, y) == 2 && label_at(labels, ink, x, y) == 0) {
            flood(ink, 2, x, y, ++count, labels);
          }
        }
      }
      const Components components = connected_components(ink, 2, 2);
      EXPECT_EQ(components.labels, labels) << width << " wide, " << share << " of ten";
      ASSERT_EQ(std::ssize(components.all), count);
      for (std::int32_t number = 1; number <= count; ++number) {
        EXPECT_EQ(components.all[static_cast<std::size_t>(number - 1)].area,
                  std::count(labels.begin(), labels.end(), number));
      }
    }
  }
}

TEST(PartsOfDrawing, KeepTheBarOfAnUnjoinedFiveAndDropSpecks) {
  EXPECT_THAT(parts_of({{30, 10, 40, 5}, {30, 20, 8, 60}, {85, 85, 3, 3}}),
              ElementsAre(true, true, false));
}

TEST(PartsOfDrawing, DropSmallOnesFarAway) {
  EXPECT_THAT(parts_of({{30, 10, 4, 20}, {80, 90, 5, 5}}), ElementsAre(true, false));
  EXPECT_THAT(parts_of({{30, 10, 4, 20}, {30, 45, 5, 5}}), ElementsAre(true, true)) << "near it";
  EXPECT_THAT(parts_of({{30, 10, 4, 20}, {80, 85, 8, 4}}), ElementsAre(true, true)) << "not small";
}

TEST(PartsOfDrawing, DropWhatComesInFromOutside) {
  EXPECT_THAT(parts_of({{0, 0, 20, 100}, {40, 30, 10, 50}}), ElementsAre(false, true));
  EXPECT_THAT(parts_of({{40, 30, 10, 50}, {95, 60, 5, 10}}), ElementsAre(true, false));
}

TEST(PartsOfDrawing, KeepADrawingThatTouchesTheEdges) {
  EXPECT_THAT(parts_of({{45, 0, 10, 100}}), ElementsAre(true));
  EXPECT_THAT(parts_of({{20, 0, 60, 12}, {20, 20, 12, 80}}), ElementsAre(true, true));
}

TEST(PartsOfDrawing, DropAFrameAroundWholeOrBroken) {
  GrayImage ink(kSide, kSide);
  fill(ink, {5, 5, 90, 90});
  for (int y = 8; y < 92; ++y) {
    for (int x = 8; x < 92; ++x) {
      ink.at(x, y) = 0;
    }
  }
  fill(ink, {45, 30, 6, 40});
  const auto whole = parts_of_drawing(connected_components(ink, 1, 9), kSide, kSide);
  EXPECT_THAT(whole, ElementsAre(false, true));
  EXPECT_THAT(
      parts_of({{5, 5, 80, 3}, {90, 10, 3, 85}, {5, 12, 3, 80}, {45, 30, 6, 40}, {12, 92, 70, 3}}),
      ElementsAre(false, false, false, true, false));
}

TEST(PartsOfDrawing, DropWhatIsAlongTheEdgeFarFromTheRest) {
  EXPECT_THAT(parts_of({{1, 40, 3, 12}, {60, 40, 20, 30}}), ElementsAre(false, true));
  EXPECT_THAT(parts_of({{1, 40, 3, 12}, {8, 40, 20, 30}}), ElementsAre(true, true)) << "near it";
  EXPECT_THAT(parts_of({{20, 40, 3, 12}, {60, 40, 20, 30}}), ElementsAre(true, true)) << "inner";
  EXPECT_THAT(parts_of({{1, 40, 3, 12}}), ElementsAre(true)) << "all that there is";
}

TEST(BoxOf, IsAroundTheParts) {
  const Components components = connected_components(
      ink_of_boxes({{10, 5, 3, 12}, {60, 40, 20, 30}, {2, 90, 4, 4}}, kSide), 1, 9);
  const Box box = box_of(components, {true, true, false});
  EXPECT_EQ(box.x, 10);
  EXPECT_EQ(box.y, 5);
  EXPECT_EQ(box.width, 70);
  EXPECT_EQ(box.height, 65);
  EXPECT_EQ(box_of(components, {false, false, false}).width, 0);
}

// As many parts as there is room for, all of one size: what is asked of each pair takes minutes.
TEST(PartsOfDrawing, OfDotsEverywhereAreFoundInNoTime) {
  constexpr int kLargeSide = 1000;
  GrayImage ink(kLargeSide, kLargeSide);
  for (int y = 1; y < kLargeSide - 1; y += 2) {
    for (int x = 1; x < kLargeSide - 1; x += 2) {
      ink.at(x, y) = 9;
    }
  }
  const Components components = connected_components(ink, 1, 9);
  EXPECT_EQ(components.all.size(), 499U * 499U);
  const auto parts = parts_of_drawing(components, kLargeSide, kLargeSide);
  EXPECT_GE(std::count(parts.begin(), parts.end(), true), std::ssize(parts) * 4 / 5)
      << "those along the edges look like a frame";
}

TEST(PartsOfDrawing, KeepAZero) {
  GrayImage ink(kSide, kSide);
  fill(ink, {30, 10, 40, 80});
  for (int y = 16; y < 84; ++y) {
    for (int x = 36; x < 64; ++x) {
      ink.at(x, y) = 0;
    }
  }
  EXPECT_THAT(parts_of_drawing(connected_components(ink, 1, 9), kSide, kSide), ElementsAre(true))
      << "nothing is in it";
  EXPECT_TRUE(parts_of({}).empty());
}

}  // namespace
}  // namespace inkling
