#include "server/work_queue.h"

#include <exception>
#include <utility>

#include "server/http/attempt.h"

namespace inkling {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kJobsInMean = 16;

}  // namespace

WorkQueue::WorkQueue(int threads, const WorkLimits& limits, Observer* observer)
    : limits_(limits), most_at_work_(threads), observer_(observer) {
  try {
    for (int i = 0; i < threads + 1; ++i) {
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

void WorkQueue::submit(const PeerAddress& client, std::size_t bytes, std::unique_ptr<Job> job) {
  add(client, {bytes, std::move(job)});
  came_.notify_one();
  while (const auto superfluous = take_superfluous(client)) {
    superfluous->refuse();
  }
}

std::size_t WorkQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_;
}

void WorkQueue::add(const PeerAddress& client, Entry entry) {
  const std::lock_guard lock(mutex_);
  const auto queue = queues_.try_emplace(client).first;
  const std::size_t bytes = entry.bytes;
  try {
    queue->second.entries.push_back(std::move(entry));
  } catch (const std::exception&) {
    erase_if_done(queue);
    throw;
  }
  ++jobs_;
  bytes_ += bytes;
}

bool WorkQueue::is_overfull() const {
  if (jobs_ == 0) {
    return false;
  }
  const auto ahead = static_cast<double>(jobs_ - 1);
  const double expected = ahead * mean_seconds_ / most_at_work_;
  return jobs_ > limits_.jobs || bytes_ > limits_.bytes ||
         expected > std::chrono::duration<double>(limits_.expected_wait).count();
}

// The last of the longest queue, the newcomer's where none is longer, if there are too many.
std::unique_ptr<WorkQueue::Job> WorkQueue::take_superfluous(const PeerAddress& newcomer) {
  const std::lock_guard lock(mutex_);
  if (!is_overfull()) {
    return nullptr;
  }
  auto longest = queues_.find(newcomer);
  for (auto queue = queues_.begin(); queue != queues_.end(); ++queue) {
    if (longest == queues_.end() || queue->second.entries.size() > longest->second.entries.size()) {
      longest = queue;
    }
  }
  Entry entry = std::move(longest->second.entries.back());
  longest->second.entries.pop_back();
  --jobs_;
  bytes_ -= entry.bytes;
  erase_if_done(longest);
  return std::move(entry.job);
}

void WorkQueue::erase_if_done(Queues::iterator queue) {
  if (queue->second.entries.empty() && queue->second.at_work == 0) {
    queues_.erase(queue);
  }
}

// Of the next client, after the one whose turn it was, that may have one more job at work; the end
// where there is none.
WorkQueue::Queues::iterator WorkQueue::next_queue() {
  auto queue = queues_.upper_bound(last_);
  for (std::size_t seen = 0; seen < queues_.size(); ++seen, ++queue) {
    if (queue == queues_.end()) {
      queue = queues_.begin();
    }
    if (!queue->second.entries.empty() && queue->second.at_work < most_at_work_) {
      return queue;
    }
  }
  return queues_.end();
}

WorkQueue::Entry WorkQueue::take_from(Queues::iterator queue) {
  last_ = queue->first;
  Entry entry = std::move(queue->second.entries.front());
  queue->second.entries.pop_front();
  --jobs_;
  ++queue->second.at_work;
  return entry;
}

std::optional<std::size_t> WorkQueue::next_bytes() {
  const auto queue = next_queue();
  return queue == queues_.end() ? std::nullopt : std::optional(queue->second.entries.front().bytes);
}

void WorkQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    auto queue = queues_.end();
    came_.wait(lock, [&] {
      queue = next_queue();
      return queue != queues_.end() || (ends_ && jobs_ == 0);
    });
    if (queue == queues_.end()) {
      return;
    }
    Entry entry = take_from(queue);
    lock.unlock();
    const Clock::time_point began = Clock::now();
    entry.job->run();
    entry.job.reset();  // gives back what it holds
    lock.lock();
    bytes_ -= entry.bytes;
    --queue->second.at_work;
    erase_if_done(queue);
    if (observer_ != nullptr) {
      const auto next = next_bytes();
      lock.unlock();
      observer_->job_done(next);
      lock.lock();
    }
    const std::chrono::duration<double> took = Clock::now() - began;
    mean_seconds_ += (took.count() - mean_seconds_) / kJobsInMean;
    if (jobs_ == 0 && ends_) {
      came_.notify_all();
    }
  }
}

namespace {

class QueuedRequest : public WorkQueue::Job {
 public:
  QueuedRequest(std::shared_ptr<const Handler> handler, Request request, Reply reply,
                std::chrono::milliseconds wait, Metrics* metrics)
      : handler_(std::move(handler)),
        request_(std::move(request)),
        reply_(std::move(reply)),
        deadline_(Clock::now() + wait),
        waits_(metrics, Step::queue) {}

  void run() noexcept override {
    if (!reply_.waits()) {
      return;
    }
    if (Clock::now() > deadline_) {
      refuse();
      return;
    }
    waits_.stop();
    // Where it throws, every copy of the reply is dropped, which answers 500.
    attempt("request", [this] { (*handler_)(std::move(request_), std::move(reply_)); });
  }

  void refuse() noexcept override {
    attempt("request", [this] { reply_(busy_response(kTooManyRequests)); });
  }

 private:
  std::shared_ptr<const Handler> handler_;
  Request request_;
  Reply reply_;
  Clock::time_point deadline_;
  StepTimer waits_;
};

}  // namespace

Handler queued(Handler handler, WorkQueue& queue, Metrics* metrics) {
  // Shared, since a std::function is copied with what it holds.
  const auto shared_handler = std::make_shared<const Handler>(std::move(handler));
  return [shared_handler, &queue, metrics](Request request, Reply reply) {
    const PeerAddress client = request.client;
    const std::size_t bytes = request.body.size();
    queue.submit(client, bytes,
                 std::make_unique<QueuedRequest>(shared_handler, std::move(request),
                                                 std::move(reply), queue.limits().wait, metrics));
  };
}

}  // namespace inkling
