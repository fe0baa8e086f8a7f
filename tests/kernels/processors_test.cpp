#include "kernels/processors.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

class CpuQuota : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
  double quota() const { return cpu_quota(folder_.path() / "groups", folder_.path() / "cgroup"); }

  TemporaryFolder folder_;
};

TEST_F(CpuQuota, IsTheLeastOfAllGroupsAbove) {
  write("cgroup", "0::/task/container");
  write("groups/cpu.max", "400000 100000");
  write("groups/task/cpu.max", "50000 100000");
  write("groups/task/container/cpu.max", "max 100000");
  EXPECT_EQ(quota(), 0.5);
  write("groups/task/container/cpu.max", "25000 100000");
  EXPECT_EQ(quota(), 0.25);
}

// A container's own view: the path is the host's, and what is mounted is the container's group.
TEST_F(CpuQuota, IsFoundWhereTheGroupsFolderIsNotThere) {
  write("cgroup", "0::/../outside");
  write("groups/cpu.max", "150000 100000");
  EXPECT_EQ(quota(), 1.5);
  write("cgroup", "0::/");
  EXPECT_EQ(quota(), 1.5);
}

TEST_F(CpuQuota, OfVersionOneIsReadToo) {
  write("cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/y");
  write("groups/cpu/cpu.cfs_quota_us", "-1");
  write("groups/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), 0);
  write("groups/cpu/docker/abc/cpu.cfs_quota_us", "200000");
  write("groups/cpu/docker/abc/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CpuQuota, OfNonsenseOrNothingIsNone) {
  EXPECT_EQ(quota(), 0);
  for (const std::string text : {"", "max", "0 100000", "-5 100000", "x y", "100000 0"}) {
    write("cgroup", "no colon\n0::/");
    write("groups/cpu.max", text);
    EXPECT_EQ(quota(), 0) << text;
  }
}

TEST(AvailableProcessors, AreAtLeastOne) { EXPECT_GE(available_processors(), 1); }

}  // namespace
}  // namespace inkling
