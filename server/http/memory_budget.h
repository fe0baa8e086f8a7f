// A bound on what several hold together: connections of requests that are not complete, a queue of
// those that wait.
#pragma once

#include <atomic>
#include <cstddef>

namespace inkling {

// Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : limit_(bytes) {}

  // A holder of `before` bytes holds `now` from here on. False, and nothing has changed, when that
  // would be more than all may hold; giving back always succeeds.
  bool change(std::size_t before, std::size_t now) {
    if (now <= before) {
      held_ -= before - now;
      return true;
    }
    const std::size_t more = now - before;
    if (held_.fetch_add(more) + more <= limit_) {
      return true;
    }
    held_ -= more;
    return false;
  }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> held_ = 0;
};

}  // namespace inkling
