#include "kernels/thread_pool.h"

#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(ThreadPool, RunsEachChunkOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (const int count : {0, 1, 3, 1000}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      pool.run(count, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
      for (const auto& call : calls) {
        EXPECT_EQ(call, 1) << threads << " threads, " << count << " chunks";
      }
    }
  }
}

TEST(ThreadPool, OfOneThreadRunsInlineOnTheCaller) {
  ThreadPool pool(1);
  pool.run(3, [caller = std::this_thread::get_id()](std::int64_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
}

TEST(ThreadPool, RethrowsAChunksExceptionAndSurvivesIt) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    const auto spoiled = [](std::int64_t i) {
      if (i == 7) {
        throw std::runtime_error("chunk 7");
      }
    };
    EXPECT_THROW(pool.run(100, spoiled), std::runtime_error);
    std::atomic<int> calls = 0;
    pool.run(10, [&](std::int64_t) { ++calls; });
    EXPECT_EQ(calls, 10);
  }
}

TEST(ThreadPool, ServesSeveralCallersAtOnce) {
  ThreadPool pool(3);
  std::atomic<int> calls = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        pool.run(20, [&](std::int64_t) { ++calls; });
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(calls, 4 * 50 * 20);
}

TEST(ParallelFor, CutsTheRangeIntoPiecesOfOneGrain) {
  ThreadPool pool(2);
  std::vector<int> owner(10, 0);
  parallel_for(pool, 10, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      owner[static_cast<std::size_t>(i)] += static_cast<int>(begin) + 1;
    }
  });
  EXPECT_EQ(owner, (std::vector<int>{1, 1, 1, 1, 5, 5, 5, 5, 9, 9}));
}

}  // namespace
}  // namespace inkling
