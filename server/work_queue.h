// What takes milliseconds, off the threads that serve connections: a bounded queue, and the threads
// that empty it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "server/http/memory_budget.h"
#include "server/http/message.h"

namespace inkling {

struct WorkLimits {
  std::size_t jobs = 256;                      // that wait
  std::size_t bytes = std::size_t{64} << 20U;  // of those that wait or are at work
};

// Thread-safe.
class WorkQueue {
 public:
  using Job = std::function<void()>;  // must not throw

  explicit WorkQueue(int threads, const WorkLimits& limits = {});
  ~WorkQueue();  // what waits is done first
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Jobs begin in the order in which they came. bytes: that the job holds. False, and nothing has
  // changed, where the queue would hold more than its limits.
  bool submit(std::size_t bytes, Job job);

 private:
  struct Entry {
    std::size_t bytes;
    Job job;
  };
  void work();
  void end();

  std::size_t max_jobs_;
  MemoryBudget held_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Entry> waiting_;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

// The handler, run by the queue's threads, of which the queue is to outlive the handler's last
// call. Where the queue is full the answer is 503 with Retry-After, at once.
Handler queued(Handler handler, WorkQueue& queue);

}  // namespace inkling
