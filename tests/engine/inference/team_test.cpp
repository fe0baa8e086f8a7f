#include "engine/inference/team.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace inkling::frozen {
namespace {

// Each member as a thread of its own.
template <class Work>
void run_team(Index threads, const Work& work) {
  Team team(threads);
  std::vector<std::thread> members;
  for (Index number = 0; number < threads; ++number) {
    members.emplace_back([&, number] {
      Member member(team, number);
      work(member);
    });
  }
  for (std::thread& member : members) {
    member.join();
  }
}

TEST(Team, CallsEachIndexOnceAndWhatALoopWroteIsThereForTheNext) {
  constexpr Index kLoops = 200;
  for (const Index threads : {1, 2, 5}) {
    std::vector<std::vector<Index>> sums(
        kLoops + 1, std::vector<Index>(7, 1));  // one more than the largest of the loop before
    run_team(threads, [&](Member& member) {
      for (std::size_t loop = 0; loop < kLoops; ++loop) {
        member.for_each(7, [&](Index i) {
          sums[loop + 1][static_cast<std::size_t>(i)] +=
              *std::max_element(sums[loop].begin(), sums[loop].end());
        });
        member.for_each(0, [](Index) { FAIL() << "an index of none"; });
      }
    });
    for (std::size_t loop = 0; loop <= kLoops; ++loop) {
      EXPECT_EQ(sums[loop], std::vector<Index>(7, static_cast<Index>(loop) + 1))
          << threads << " threads, loop " << loop;
    }
  }
}

TEST(Team, ALoopEndsWhenItsSlowestIndexIsDone) {
  std::atomic<bool> last_is_done = false;
  std::atomic<bool> first_is_done = false;
  run_team(2, [&](Member& member) {
    member.for_each(2, [&](Index i) {
      if (i == 1) {
        last_is_done = true;
        return;
      }
      while (!last_is_done) {
        std::this_thread::yield();
      }
      for (int turn = 0; turn < 1000; ++turn) {  // in which the other could go on too early
        std::this_thread::yield();
      }
      first_is_done = true;
    });
    EXPECT_TRUE(first_is_done);
  });
}

TEST(Team, DoesNotWaitForAMemberThatNeverComes) {
  Team team(3);
  Member only(team, 2);
  std::vector<Index> seen;
  only.for_each(4, [&](Index i) { seen.push_back(i); });
  only.for_each(2, [&](Index i) { seen.push_back(10 + i); });
  EXPECT_EQ(seen, (std::vector<Index>{0, 1, 2, 3, 10, 11}));
  // One that comes when all is done finds nothing to do.
  Member late(team, 0);
  late.for_each(4, [](Index) { FAIL() << "done already"; });
  late.for_each(2, [](Index) { FAIL() << "done already"; });
}

TEST(Team, AFailedBodyEndsTheWorkOfAll) {
  for (const Index threads : {1, 4}) {
    std::atomic<int> thrown = 0;
    std::atomic<int> after = 0;
    run_team(threads, [&](Member& member) {
      try {
        member.for_each(20, [](Index i) {
          if (i == 3) {
            throw std::runtime_error("index 3");
          }
        });
        member.for_each(20, [&](Index) { ++after; });
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    });
    EXPECT_EQ(thrown, 1);
    EXPECT_EQ(after, 0);
  }
}

TEST(Member, ByItselfDoesAllInOrder) {
  Member member;
  EXPECT_EQ(member.threads(), 1);
  std::vector<Index> seen;
  member.for_each(3, [&](Index i) { seen.push_back(i); });
  EXPECT_EQ(seen, (std::vector<Index>{0, 1, 2}));
}

}  // namespace
}  // namespace inkling::frozen
