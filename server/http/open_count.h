// How many connections are open, how many there may be, and when the last has ended.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace inkling {

// Thread-safe.
class OpenCount {
 public:
  // listening: threads that accept connections.
  OpenCount(int max_connections, int listening) : free_(max_connections), listening_(listening) {}

  // For one connection; false when there are as many as there may be.
  bool take_slot() {
    const std::lock_guard lock(mutex_);
    if (free_ == 0) {
      return false;
    }
    --free_;
    ++open_;
    return true;
  }

  void release_slot() {
    const std::lock_guard lock(mutex_);
    ++free_;
    --open_;
    changed_.notify_all();
  }

  void listener_closed() {  // one of the threads
    const std::lock_guard lock(mutex_);
    --listening_;
    changed_.notify_all();
  }

  // Whether every thread stopped listening and every connection has ended, within the grace.
  bool wait_for_end(std::chrono::milliseconds grace) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, grace, [this] { return open_ == 0 && listening_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
  int listening_;
  int open_ = 0;
};

}  // namespace inkling
