#include "engine/program/command_line.h"

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(NearestName, IsWhatWasMeant) {
  const std::vector<std::string> names{"--data", "--out", "--epochs", "--lr"};
  EXPECT_EQ(nearest_name("--dta", names), "--data") << "a letter is missing";
  EXPECT_EQ(nearest_name("--dataa", names), "--data") << "one is too many";
  EXPECT_EQ(nearest_name("--dato", names), "--data") << "one is wrong";
  EXPECT_EQ(nearest_name("--adta", names), "--data") << "two are swapped";
  EXPECT_EQ(nearest_name("--data", names), "--data");
  EXPECT_EQ(nearest_name("--rl", names), "--lr");
}

TEST(NearestName, IsNoneWhereNothingIsNear) {
  EXPECT_EQ(nearest_name("--precision", {"--data", "--out"}), std::nullopt);
  EXPECT_EQ(nearest_name("", {"--data"}), std::nullopt);
  EXPECT_EQ(nearest_name("-x", {"-h"}), std::nullopt);
  EXPECT_EQ(nearest_name("--data", {}), std::nullopt);
}

}  // namespace
}  // namespace inkling
