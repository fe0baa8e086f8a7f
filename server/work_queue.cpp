#include "server/work_queue.h"

#include <exception>
#include <utility>

#include "server/http/attempt.h"

namespace inkling {

WorkQueue::WorkQueue(int threads, const WorkLimits& limits) : limits_(limits) {
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

void WorkQueue::submit(const PeerAddress& client, std::size_t bytes, std::unique_ptr<Job> job) {
  add(client, {bytes, std::move(job)});
  came_.notify_one();
  while (const auto superfluous = take_superfluous(client)) {
    superfluous->refuse();
  }
}

void WorkQueue::add(const PeerAddress& client, Entry entry) {
  const std::lock_guard lock(mutex_);
  const auto queue = waiting_.try_emplace(client).first;
  const std::size_t bytes = entry.bytes;
  try {
    queue->second.push_back(std::move(entry));
  } catch (const std::exception&) {
    if (queue->second.empty()) {
      waiting_.erase(queue);
    }
    throw;
  }
  ++jobs_;
  bytes_ += bytes;
}

// The last of the longest queue, the newcomer's where none is longer, if there are too many.
std::unique_ptr<WorkQueue::Job> WorkQueue::take_superfluous(const PeerAddress& newcomer) {
  const std::lock_guard lock(mutex_);
  if (jobs_ == 0 || (jobs_ <= limits_.jobs && bytes_ <= limits_.bytes)) {
    return nullptr;
  }
  auto longest = waiting_.find(newcomer);
  for (auto queue = waiting_.begin(); queue != waiting_.end(); ++queue) {
    if (longest == waiting_.end() || queue->second.size() > longest->second.size()) {
      longest = queue;
    }
  }
  Entry entry = std::move(longest->second.back());
  longest->second.pop_back();
  taken_from(longest);
  bytes_ -= entry.bytes;
  return std::move(entry.job);
}

void WorkQueue::taken_from(Queues::iterator queue) {
  --jobs_;
  if (queue->second.empty()) {
    waiting_.erase(queue);
  }
}

// The first of the next client after the one whose turn it was.
WorkQueue::Entry WorkQueue::take_next() {
  auto next = waiting_.upper_bound(last_);
  if (next == waiting_.end()) {
    next = waiting_.begin();
  }
  last_ = next->first;
  Entry entry = std::move(next->second.front());
  next->second.pop_front();
  taken_from(next);
  return entry;
}

void WorkQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    came_.wait(lock, [this] { return ends_ || jobs_ > 0; });
    if (jobs_ == 0) {
      return;
    }
    Entry entry = take_next();
    lock.unlock();
    entry.job->run();
    entry.job.reset();  // gives back what it holds
    lock.lock();
    bytes_ -= entry.bytes;
  }
}

namespace {

using Clock = std::chrono::steady_clock;

class QueuedRequest : public WorkQueue::Job {
 public:
  QueuedRequest(std::shared_ptr<const Handler> handler, Request request, Reply reply,
                std::chrono::milliseconds wait)
      : handler_(std::move(handler)),
        request_(std::move(request)),
        reply_(std::move(reply)),
        deadline_(Clock::now() + wait) {}

  void run() noexcept override {
    if (!reply_.waits()) {
      return;
    }
    if (Clock::now() > deadline_) {
      refuse();
      return;
    }
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
};

}  // namespace

Handler queued(Handler handler, WorkQueue& queue) {
  // Shared, since a std::function is copied with what it holds.
  const auto shared_handler = std::make_shared<const Handler>(std::move(handler));
  return [shared_handler, &queue](Request request, Reply reply) {
    const PeerAddress client = request.client;
    const std::size_t bytes = request.body.size();
    queue.submit(client, bytes,
                 std::make_unique<QueuedRequest>(shared_handler, std::move(request),
                                                 std::move(reply), queue.limits().wait));
  };
}

}  // namespace inkling
