#include "server/work_queue.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

namespace inkling {

WorkQueue::WorkQueue(int threads, const WorkLimits& limits)
    : max_jobs_(limits.jobs), held_(limits.bytes) {
  try {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  } catch (const std::exception&) {
    end();
    throw;
  }
}

WorkQueue::~WorkQueue() { end(); }

void WorkQueue::end() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  came_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

bool WorkQueue::submit(std::size_t bytes, Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= max_jobs_) {
      return false;
    }
    waiting_.push_back({bytes, std::move(job)});
    if (!held_.change(0, bytes)) {
      waiting_.pop_back();
      return false;
    }
  }
  came_.notify_one();
  return true;
}

void WorkQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    came_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    Entry entry = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    entry.job();
    entry.job = nullptr;  // gives back what it holds
    held_.change(entry.bytes, 0);
    lock.lock();
  }
}

Handler queued(Handler handler, WorkQueue& queue) {
  // Shared, since a std::function is copied with what it holds.
  const auto shared_handler = std::make_shared<const Handler>(std::move(handler));
  return [shared_handler, &queue](Request request, const Reply& reply) {
    const auto taken = std::make_shared<Request>(std::move(request));
    const std::size_t bytes = taken->body.size();
    const auto job = [shared_handler, taken, reply] {
      const std::string asked = taken->method + " " + taken->path;
      try {
        (*shared_handler)(std::move(*taken), reply);
      } catch (const std::exception& error) {
        spdlog::error("{}: {}", asked, error.what());
      }
    };
    if (!queue.submit(bytes, job)) {
      reply(busy_response(kTooManyRequests));
    }
  };
}

}  // namespace inkling
