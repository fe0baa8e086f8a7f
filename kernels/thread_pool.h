// A pool of threads that runs numbered chunks.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace inkling {

// The caller is one of the threads: a pool of 1 starts none, takes no lock and runs everything
// inline, so that many callers may share it. Which thread runs a chunk is open; what a chunk is
// depends on the problem alone, never on the number of threads. Thread-safe: calls from several
// threads take turns. A chunk must not call run() of its own pool.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);  // at least 1
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls chunk(0) … chunk(count - 1), each once, and returns when all are done. The first
  // exception that a chunk throws is thrown again here; chunks not yet begun are then left out.
  void run(std::int64_t count, const std::function<void(std::int64_t)>& chunk);

 private:
  void stop();
  void work();
  void run_chunks(std::unique_lock<std::mutex>& lock);

  std::vector<std::thread> workers_;
  std::mutex callers_;  // held for a whole run()
  std::mutex mutex_;    // guards all below
  std::condition_variable begin_;
  std::condition_variable done_;
  const std::function<void(std::int64_t)>* chunk_ = nullptr;
  std::int64_t next_ = 0;
  std::int64_t count_ = 0;
  std::int64_t running_ = 0;
  std::exception_ptr error_;
  bool stopping_ = false;
};

// Calls body(begin, end) on pieces of [0, size) that are `grain` long (the last may be shorter).
template <class Body>
void parallel_for(ThreadPool& pool, std::int64_t size, std::int64_t grain, const Body& body) {
  pool.run((size + grain - 1) / grain,
           [&](std::int64_t i) { body(i * grain, std::min(size, (i + 1) * grain)); });
}

}  // namespace inkling
