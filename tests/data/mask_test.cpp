#include "data/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling {
namespace {

using ::testing::ElementsAre;

Mask mask_of_bytes(int width, int height, std::vector<std::uint8_t> values) {
  Mask mask(width, height);
  mask.values = std::move(values);
  return mask;
}

TEST(DistanceTo, IsTheNumberOfStepsOfAKing) {
  Mask target(4, 3);
  target.row(0)[0] = 1;
  EXPECT_THAT(distance_to(target), ElementsAre(0, 1, 2, 3, 1, 1, 2, 3, 2, 2, 2, 3));
  target.row(0)[0] = 0;
  target.row(2)[3] = 1;
  EXPECT_THAT(distance_to(target), ElementsAre(3, 2, 2, 2, 3, 2, 1, 1, 3, 2, 1, 0));
  for (const int distance : distance_to(Mask(4, 3))) {
    EXPECT_GE(distance, 7) << "there is none";
  }
}

TEST(Dilated, ReachesAsFarAsThatManyStepsOfAKing) {
  EXPECT_THAT(dilated(mask_of_bytes(5, 3,
                                    {1, 0, 0, 0, 0,  //
                                     0, 0, 0, 0, 0,  //
                                     0, 0, 0, 0, 1}),
                      1)
                  .values,
              ElementsAre(1, 1, 0, 0, 0,  //
                          1, 1, 0, 1, 1,  //
                          0, 0, 0, 1, 1));
}

TEST(Dilated, IsThePixelsWhoseDistanceIsAtMostTheReach) {
  for (const int reach : {0, 1, 3, 40, 200}) {
    for (const std::size_t every : {std::size_t{1}, std::size_t{37}, std::size_t{331}}) {
      Mask mask(71, 43);  // wider than the blocks in which rows are scanned
      for (std::size_t i = every / 2; i < mask.values.size(); i += every) {
        mask.values[i] = 1;
      }
      std::vector<std::uint8_t> expected;
      for (const int distance : distance_to(mask)) {
        expected.push_back(distance <= reach ? 1 : 0);
      }
      EXPECT_EQ(dilated(mask, reach).values, expected) << reach << " of every " << every;
    }
  }
}

TEST(Dilated, OfNothingIsNothing) {
  EXPECT_EQ(dilated(Mask(50, 2), 60).values, std::vector<std::uint8_t>(100));
}

}  // namespace
}  // namespace inkling
