// Threads that predict the same pictures together.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "kernels/types.h"

namespace inkling::frozen {

// What the members of a team share. Every member calls the same for_each() in the same order; those
// that are there divide the calls of its body among themselves. One that comes late, or never, is
// not waited for: whoever is there does its part.
class Team {
 public:
  explicit Team(Index threads) : threads_(threads) {}
  Index threads() const { return threads_; }

 private:
  friend class Member;

  // How many loops are done, in the upper half, and the next index of the loop that is under way. A
  // member that comes late sees that its loop is behind.
  std::atomic<std::uint64_t> progress_ = 0;
  std::atomic<Index> done_ = 0;  // indices of this loop
  Index threads_;
  std::atomic<bool> failed_ = false;
};

// One thread of a team, or a thread by itself. To be used by that thread alone.
class Member {
 public:
  Member() = default;  // by itself: no atomic, no waiting
  Member(Team& team, Index number) : team_(&team), number_(number) {}

  Index number() const { return number_; }  // 0 … threads() - 1
  Index threads() const { return team_ == nullptr ? 1 : team_->threads(); }

  // Calls body(0) … body(count - 1), each once, on some member, and returns when all are done: what
  // they wrote can be read. count: below 2^32, the same for all members. When a body throws, its
  // member throws that, and the others do nothing any more.
  template <class Body>
  void for_each(Index count, const Body& body) {
    if (team_ == nullptr) {
      for (Index i = 0; i < count; ++i) {
        body(i);
      }
    } else if (count > 0) {
      share(count, body);
      ++loop_;
    }
  }

 private:
  template <class Body>
  void share(Index count, const Body& body) {
    const std::uint64_t first = loop_ << 32;
    const std::uint64_t end = first + static_cast<std::uint64_t>(count);
    std::uint64_t next = team_->progress_.load(std::memory_order_acquire);
    while (next < end && !team_->failed_.load(std::memory_order_relaxed)) {
      if (!team_->progress_.compare_exchange_weak(next, next + 1, std::memory_order_acquire)) {
        continue;
      }
      try {
        body(static_cast<Index>(next - first));
      } catch (...) {
        team_->failed_ = true;
        throw;
      }
      if (team_->done_.fetch_add(1, std::memory_order_acq_rel) + 1 == count) {
        team_->done_.store(0, std::memory_order_relaxed);
        team_->progress_.store((loop_ + 1) << 32, std::memory_order_release);
        return;
      }
      next = team_->progress_.load(std::memory_order_acquire);
    }
    wait_for_others(end);
  }

  // For a fraction of a prediction's time, then gives the core away: it may be that of the thread
  // waited for.
  void wait_for_others(std::uint64_t end) const {
    constexpr int kSpins = 2000;
    for (int spins = 0; team_->progress_.load(std::memory_order_acquire) <= end &&
                        !team_->failed_.load(std::memory_order_relaxed);
         ++spins) {
      if (spins > kSpins) {
        std::this_thread::yield();
      }
    }
  }

  Team* team_ = nullptr;
  Index number_ = 0;
  std::uint64_t loop_ = 0;
};

}  // namespace inkling::frozen
