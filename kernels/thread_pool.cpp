#include "kernels/thread_pool.h"

#include <utility>

namespace inkling {

ThreadPool::ThreadPool(int threads) {
  try {
    for (int i = 1; i < threads; ++i) {
      workers_.emplace_back([this] { work(); });
    }
  } catch (...) {
    // The system refused a thread: join those that run before the exception reaches the caller.
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  begin_.notify_all();
  for (std::thread& worker : workers_) {
    worker.join();
  }
}

void ThreadPool::run(std::int64_t count, const std::function<void(std::int64_t)>& chunk) {
  if (workers_.empty() || count <= 1) {
    for (std::int64_t i = 0; i < count; ++i) {
      chunk(i);
    }
    return;
  }
  const std::lock_guard one_caller(callers_);
  std::unique_lock lock(mutex_);
  chunk_ = &chunk;
  next_ = 0;
  count_ = count;
  begin_.notify_all();
  run_chunks(lock);
  done_.wait(lock, [this] { return running_ == 0; });
  chunk_ = nullptr;
  if (error_) {
    std::rethrow_exception(std::exchange(error_, nullptr));
  }
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    begin_.wait(lock, [this] { return stopping_ || next_ < count_; });
    if (stopping_) {
      return;
    }
    run_chunks(lock);
  }
}

// Takes chunks until none is left. The lock is held between chunks and never during one.
void ThreadPool::run_chunks(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const std::int64_t i = next_++;
    const auto* chunk = chunk_;
    ++running_;
    lock.unlock();
    std::exception_ptr error;
    try {
      (*chunk)(i);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) {
      next_ = count_;
      if (!error_) {
        error_ = error;
      }
    }
    if (--running_ == 0 && next_ == count_) {
      done_.notify_all();
    }
  }
}

}  // namespace inkling
