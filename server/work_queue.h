// What takes milliseconds, off the threads that serve connections: a bounded queue, and the threads
// that empty it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "server/http/message.h"
#include "server/metrics.h"

namespace inkling {

struct WorkLimits {
  std::size_t jobs = 256;                      // that wait
  std::size_t bytes = std::size_t{64} << 20U;  // of those that wait or are at work
  // A request that has waited longer is answered 503: its client has given up, or soon will.
  std::chrono::milliseconds wait = std::chrono::seconds(10);
  // What waits may take so long, by the mean time of the last jobs: where more comes than can be
  // done, some is refused at once, so that the rest need not wait all of `wait` first.
  std::chrono::milliseconds expected_wait = std::chrono::seconds(2);
};

// Fair queueing: each client address has a queue of its own, of which one after another gives a
// job, so that nobody waits for all that another one asks. One address may have a job on every
// thread but one, so that nobody waits either for a slow one of another's. Where there is no room,
// the longest queue loses its last job, the newcomer's where none is longer. Thread-safe.
class WorkQueue {
 public:
  // One of the two is called, once, by a thread of the queue or by the one that submits.
  class Job {
   public:
    Job() = default;
    virtual ~Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual void run() noexcept = 0;
    virtual void refuse() noexcept = 0;  // there is no room
  };

  // Is told of each job that was done, by the thread that did it, before it takes another one.
  // next_bytes: what that one holds; nothing: none waits that may be done now.
  class Observer {
   public:
    Observer() = default;
    virtual ~Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual void job_done(std::optional<std::size_t> next_bytes) noexcept = 0;
  };

  // threads: that one address may use, at least 1; there is one more. observer: may be nullptr.
  explicit WorkQueue(int threads, const WorkLimits& limits = {}, Observer* observer = nullptr);
  ~WorkQueue();  // what waits is done first
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // bytes: that the job holds.
  void submit(const PeerAddress& client, std::size_t bytes, std::unique_ptr<Job> job);

  const WorkLimits& limits() const { return limits_; }
  std::size_t waiting() const;  // jobs

 private:
  struct Entry {
    std::size_t bytes;
    std::unique_ptr<Job> job;
  };
  struct Queue {
    std::deque<Entry> entries;
    int at_work = 0;  // jobs that were taken from it and are not done
  };
  using Queues = std::map<PeerAddress, Queue>;  // of those that have a job, waiting or at work

  void add(const PeerAddress& client, Entry entry);
  bool is_overfull() const;
  std::unique_ptr<Job> take_superfluous(const PeerAddress& newcomer);
  Queues::iterator next_queue();
  Entry take_from(Queues::iterator queue);
  void erase_if_done(Queues::iterator queue);
  std::optional<std::size_t> next_bytes();
  void work();
  void end();

  WorkLimits limits_;
  int most_at_work_;  // of one address
  Observer* observer_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  Queues queues_;
  std::size_t jobs_ = 0;     // that wait
  std::size_t bytes_ = 0;    // held
  double mean_seconds_ = 0;  // that a job takes, of the last ones
  PeerAddress last_{};       // whose turn it was
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

// The handler, run by the queue's threads, of which the queue is to outlive the handler's last
// call. Where the queue has no room, or the request's turn comes too late, the answer is 503 with
// Retry-After, at once; where the client has gone meanwhile, nothing is done.
// metrics: learns how long requests wait; may be nullptr.
Handler queued(Handler handler, WorkQueue& queue, Metrics* metrics = nullptr);

}  // namespace inkling
