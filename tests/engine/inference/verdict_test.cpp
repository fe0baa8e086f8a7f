#include "engine/inference/verdict.h"

#include <vector>

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(Verdict, IsTheLikeliestClassWhereItIsSureEnough) {
  const Verdict verdict = verdict_of(std::vector<float>{0.05F, 0.9F, 0.05F}, 0.9F);
  EXPECT_EQ(verdict.best, 1);
  EXPECT_EQ(verdict.confidence, 0.9F);
  EXPECT_FALSE(verdict.abstains);
  EXPECT_EQ(verdict.reason, "");
}

TEST(Verdict, NamesTheTwoThatItIsUnsureBetweenSmallerFirst) {
  EXPECT_EQ(verdict_of(std::vector<float>{0.1F, 0.3F, 0.6F}, 0.7).reason, "unsure between 1 and 2");
  EXPECT_EQ(verdict_of(std::vector<float>{0.5F, 0, 0.5F}, 0.7).reason, "unsure between 0 and 2");
}

TEST(Verdict, IsNoDigitWhereTheProbabilityIsSpread) {
  const Verdict verdict = verdict_of(std::vector<float>(10, 0.1F), 0.7);
  EXPECT_TRUE(verdict.abstains);
  EXPECT_EQ(verdict.best, 0) << "the first of equals";
  EXPECT_EQ(verdict.reason, "not a digit");
  EXPECT_EQ(verdict_of(std::vector<float>{0.4F, 0.3F, 0.3F}, 0.7).reason, "not a digit");
}

TEST(Verdict, SaysTheNamesOfClassesThatHaveThem) {
  const std::vector<std::string> names{"Coat", "Shirt", "Bag"};
  const Verdict sure = verdict_of(std::vector<float>{0.1F, 0.8F, 0.1F}, 0.7, names);
  EXPECT_EQ(sure.name, "Shirt");
  EXPECT_EQ(verdict_of(std::vector<float>{0.4F, 0.6F, 0}, 0.7, names).reason,
            "unsure between Coat and Shirt");
  EXPECT_EQ(verdict_of(std::vector<float>{0.4F, 0.3F, 0.3F}, 0.7, names).reason,
            "none of the classes");
  EXPECT_EQ(verdict_of(std::vector<float>{0.1F, 0.9F}, 0.7).name, "1");
}

TEST(Verdict, NeverAbstainsWithoutACalibration) {
  EXPECT_FALSE(verdict_of(std::vector<float>(10, 0.1F), 0).abstains);
}

TEST(Verdict, OfOneClassIsThatClass) {
  EXPECT_FALSE(verdict_of(std::vector<float>{1}, 1).abstains);
  EXPECT_EQ(verdict_of(std::vector<float>{0.5F}, 1).reason, "not a digit");
}

}  // namespace
}  // namespace inkling
