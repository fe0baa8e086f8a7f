#include "server/decoding_memory.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "data/decode_picture.h"
#include "data/png.h"

namespace inkling {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

TEST(DecodingMemory, IsTakenAndGivenBack) {
  DecodingMemory memory(100 * kMebibyte);
  {
    const auto first = memory.take(30 * kMebibyte);
    const auto second = memory.take(70 * kMebibyte);
    EXPECT_EQ(memory.free(), 0U);
  }
  EXPECT_EQ(memory.free(), 100 * kMebibyte);
}

TEST(DecodingMemory, DoesNotCountWhatTakesLittle) {
  DecodingMemory memory(10 * kMebibyte);
  const auto all = memory.take(10 * kMebibyte);
  const auto drawing = memory.take(DecodingMemory::kUncounted - 1);  // at once
  EXPECT_EQ(drawing.bytes(), 0U);
  EXPECT_EQ(memory.free(), 0U);
}

TEST(DecodingMemory, GivesAllOfItToWhatTakesMore) {
  DecodingMemory memory(10 * kMebibyte);
  const auto share = memory.take(500 * kMebibyte);
  EXPECT_EQ(share.bytes(), 10 * kMebibyte);
}

TEST(DecodingMemory, IsWaitedForUntilThereIsEnough) {
  DecodingMemory memory(20 * kMebibyte);
  std::atomic<bool> was_given_back = false;
  std::future<bool> other;
  {
    const auto share = memory.take(15 * kMebibyte);
    other = std::async(std::launch::async, [&] {
      const auto second = memory.take(10 * kMebibyte);
      return was_given_back.load();
    });
    was_given_back = true;  // before the share ends, which the other one waits for
  }
  EXPECT_TRUE(other.get());
  EXPECT_EQ(memory.free(), 20 * kMebibyte);
}

TEST(DecodingMemory, IsNeverMoreThanThereIs) {
  constexpr std::size_t kAll = 40 * kMebibyte;
  DecodingMemory memory(kAll);
  std::atomic<std::size_t> taken = 0;
  std::atomic<std::size_t> most = 0;
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 500; ++i) {
        const auto share = memory.take((8 + (i * 7 + thread * 5) % 40) * kMebibyte);
        const std::size_t now = taken += share.bytes();
        std::size_t before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        taken -= share.bytes();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(most, kAll);
  EXPECT_EQ(memory.free(), kAll);
}

TEST(DecodingMemory, IsWhatAPicturesHeaderSays) {
  const std::vector<std::uint8_t> large =
      encode_gray_png(std::vector<std::uint8_t>(1500 * 1500), 1500, 1500);
  DecodingMemory memory(1000 * kMebibyte);
  const auto share = take_for(large, &memory);
  EXPECT_EQ(share.bytes(), memory_to_decode(large));
  EXPECT_GT(share.bytes(), std::size_t{1500} * 1500 * 8);
  EXPECT_EQ(take_for(large, nullptr).bytes(), 0U);
}

}  // namespace
}  // namespace inkling
