// How many requests somebody may make: a token bucket for each client.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace inkling {

// So many in a period: all of them at once, or spread over it.
struct Rate {
  int requests = 1;
  std::chrono::nanoseconds period{};
};

// Thread-safe. A bucket is one point in time, that at which it will be full again (the "generic
// cell rate algorithm"); a full one is not kept.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  // Of more clients than that at once, some are forgotten, which may then ask anew.
  explicit RateLimiter(std::size_t most_clients = 100'000) : most_clients_(most_clients) {}

  // Takes a token from the client's bucket. nullopt: there was one; else how long until there is
  // one.
  std::optional<Clock::duration> take(const std::string& client, Rate rate, Clock::time_point now);

 private:
  void make_room(Clock::time_point now);

  std::size_t most_clients_;
  std::mutex mutex_;
  std::unordered_map<std::string, Clock::time_point> full_at_;
  Clock::time_point next_sweep_;
};

}  // namespace inkling
