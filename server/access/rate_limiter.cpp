#include "server/access/rate_limiter.h"

#include <algorithm>

namespace inkling {

std::optional<RateLimiter::Clock::duration> RateLimiter::take(const std::string& client, Rate rate,
                                                              Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (full_at_.size() >= most_clients_ && !full_at_.contains(client)) {
    make_room(now);
  }
  Clock::time_point& full_at = full_at_.try_emplace(client, now).first->second;
  const Clock::time_point after = std::max(full_at, now) + rate.period / rate.requests;
  if (const auto wait = after - now - rate.period; wait > Clock::duration::zero()) {
    return wait;
  }
  full_at = after;
  return std::nullopt;
}

void RateLimiter::make_room(Clock::time_point now) {
  if (now >= next_sweep_) {  // not for each request of a flood
    std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
    next_sweep_ = now + std::chrono::seconds(1);
  }
  if (full_at_.size() >= most_clients_) {
    full_at_.erase(full_at_.begin());
  }
}

}  // namespace inkling
