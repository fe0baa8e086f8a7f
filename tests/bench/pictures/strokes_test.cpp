#include "bench/pictures/strokes.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace inkling::pictures {
namespace {

TEST(Strokes, EveryDigitHasAWayToBeDrawnThatIsAboutAsHighAsOne) {
  for (int digit = 0; digit < 10; ++digit) {
    ASSERT_FALSE(ways_to_draw(digit).empty());
    for (const Glyph& way : ways_to_draw(digit)) {
      const Extent extent = extent_of(way);
      EXPECT_NEAR(extent.height(), 1, 0.05) << digit;
      EXPECT_LE(extent.width(), 1.05) << digit;
    }
  }
}

TEST(Strokes, AHandDiffersFromTimeToTimeAndIsTheSameForTheSameSeed) {
  Random one(5);
  Random same(5);
  const Glyph first = handwritten_digit(4, one);
  const Glyph again = handwritten_digit(4, same);
  EXPECT_EQ(first[0][0].x, again[0][0].x);
  EXPECT_NE(first[0][0].x, handwritten_digit(4, one)[0][0].x);
}

TEST(Strokes, NonDigitsAreLettersShapesScribblesAndPairs) {
  Random random(1);
  std::set<std::string_view> kinds;
  for (int i = 0; i < 100; ++i) {
    const NonDigit drawn = handwritten_non_digit(random);
    ASSERT_FALSE(drawn.glyph.empty());
    kinds.insert(drawn.kind);
  }
  EXPECT_EQ(kinds,
            (std::set<std::string_view>(std::begin(kNonDigitKinds), std::end(kNonDigitKinds))));
  EXPECT_EQ(letters().find('O'), std::string_view::npos) << "looks like a 0";
  EXPECT_EQ(letter('T').size(), 2U);
  EXPECT_THROW(letter('O'), std::out_of_range);
}

TEST(Strokes, ACurveGoesThroughItsPointsWithoutLeavingThemFar) {
  const Stroke points{{0, 0}, {1, 1}, {2, 0}, {3, 1}};
  const Stroke curve = smooth(points);
  for (const StrokePoint& point : points) {
    const bool passed = std::any_of(curve.begin(), curve.end(), [&](const StrokePoint& on) {
      return std::hypot(on.x - point.x, on.y - point.y) < 1e-9;
    });
    EXPECT_TRUE(passed) << point.x;
  }
  const Extent extent = extent_of({curve});
  EXPECT_TRUE(extent.top > -0.2 && extent.bottom < 1.2);
  EXPECT_EQ(smooth({{0, 0}, {1, 1}}).size(), 2U) << "a straight line stays one";
}

TEST(Strokes, TurnAndWidenAboutTheirMiddle) {
  const Glyph line{{{0, 0}, {0, 1}}};
  const Extent turned = extent_of(transformed(line, 90, 0, 1));
  EXPECT_NEAR(turned.width(), 1, 1e-9);
  EXPECT_NEAR(turned.height(), 0, 1e-9);
  EXPECT_NEAR(turned.top, 0.5, 1e-9);
  const Glyph wide{{{0, 0}, {1, 1}}};
  EXPECT_NEAR(extent_of(transformed(wide, 0, 0, 0.5)).width(), 0.5, 1e-9);
}

}  // namespace
}  // namespace inkling::pictures
