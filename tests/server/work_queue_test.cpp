#include "server/work_queue.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/serving.h"

namespace inkling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Whoever asks; 1 and 2 are two addresses.
PeerAddress client(std::uint8_t number) { return {number}; }

class LambdaJob : public WorkQueue::Job {
 public:
  LambdaJob(std::function<void()> run, std::function<void()> refuse)
      : run_(std::move(run)), refuse_(std::move(refuse)) {}
  void run() noexcept override { run_(); }
  void refuse() noexcept override { refuse_(); }

 private:
  std::function<void()> run_;
  std::function<void()> refuse_;
};

std::unique_ptr<WorkQueue::Job> job(
    std::function<void()> run, std::function<void()> refuse = [] { ADD_FAILURE() << "refused"; }) {
  return std::make_unique<LambdaJob>(std::move(run), std::move(refuse));
}

// A job that keeps a thread of a queue at work until it is let go.
class Blocker {
 public:
  std::unique_ptr<WorkQueue::Job> work() {
    return job([this] { block(); });
  }
  void block() {
    begun_.set_value();
    let_go_.get_future().wait();
  }
  void wait_until_begun() { begun_.get_future().wait(); }
  void let_go() { let_go_.set_value(); }

 private:
  std::promise<void> begun_;
  std::promise<void> let_go_;
};

TEST(WorkQueue, DoesWhatWaitsInItsOrderBeforeItEnds) {
  std::vector<int> done;
  Blocker blocker;
  {
    WorkQueue queue(1);
    queue.submit(client(1), 0, blocker.work());
    blocker.wait_until_begun();
    for (int i = 0; i < 3; ++i) {
      queue.submit(client(1), 0, job([&done, i] { done.push_back(i); }));
    }
    EXPECT_TRUE(done.empty()) << "the other thread is for others";
    blocker.let_go();
  }
  EXPECT_THAT(done, ElementsAre(0, 1, 2));
}

TEST(WorkQueue, TellsItsObserverWhatComesNext) {
  class Notes : public WorkQueue::Observer {
   public:
    void job_done(std::optional<std::size_t> next_bytes) noexcept override {
      seen.push_back(next_bytes);
    }
    std::vector<std::optional<std::size_t>> seen;
  };
  Notes notes;
  Blocker blocker;
  {
    WorkQueue queue(1, {}, &notes);
    queue.submit(client(1), 10, blocker.work());
    blocker.wait_until_begun();
    queue.submit(client(1), 20, job([] {}));
    queue.submit(client(1), 30, job([] {}));
    EXPECT_TRUE(notes.seen.empty());
    blocker.let_go();
  }
  EXPECT_THAT(notes.seen, ElementsAre(20U, 30U, std::nullopt));
}

TEST(WorkQueue, ItsThreadsWorkAtTheSameTimeAlsoForOneClient) {
  Blocker one;
  Blocker two;
  WorkQueue queue(2);  // ends first, while what its jobs refer to is there
  queue.submit(client(1), 0, one.work());
  queue.submit(client(1), 0, two.work());
  one.wait_until_begun();
  two.wait_until_begun();  // one has not ended
  one.let_go();
  two.let_go();
}

TEST(WorkQueue, NobodyWaitsForASlowJobOfAnother) {
  Blocker slow;
  std::promise<void> done;
  WorkQueue queue(1);
  queue.submit(client(1), 0, slow.work());
  slow.wait_until_begun();
  queue.submit(client(1), 0, job([] {}));
  queue.submit(client(2), 0, job([&done] { done.set_value(); }));
  done.get_future().wait();
  slow.let_go();
}

// Both threads are at work, for 8 and for 9, which ends last.
TEST(WorkQueue, NobodyWaitsForAllThatAnotherAsks) {
  std::vector<int> done;
  Blocker first;
  Blocker last;
  std::promise<void> all;
  WorkQueue queue(1);
  queue.submit(client(8), 0, first.work());
  queue.submit(client(9), 0, last.work());
  first.wait_until_begun();
  last.wait_until_begun();
  for (const int i : {11, 12, 13, 31, 21, 22}) {
    const auto number = static_cast<std::uint8_t>(i / 10);
    queue.submit(client(number), 0, job([&, i] {
                   done.push_back(i);
                   if (done.size() == 6) {
                     all.set_value();
                   }
                 }));
  }
  first.let_go();
  all.get_future().wait();
  EXPECT_THAT(done, ElementsAre(11, 21, 31, 12, 22, 13));
  last.let_go();
}

// Two may wait. The third is the third of client 1, whose queue is then the longest; the fourth is
// of another one, for whom client 1 loses its second.
TEST(WorkQueue, WhoAsksMostGivesWayWhereThereIsNoRoom) {
  std::vector<int> done;
  std::vector<int> refused;
  Blocker first;
  Blocker last;
  std::promise<void> all;
  WorkQueue queue(1, {.jobs = 2});
  queue.submit(client(8), 0, first.work());
  first.wait_until_begun();  // it waits no more
  queue.submit(client(9), 0, last.work());
  last.wait_until_begun();
  const auto submit = [&](std::uint8_t number, int i) {
    queue.submit(client(number), 0,
                 job(
                     [&, i] {
                       done.push_back(i);
                       if (done.size() == 2) {
                         all.set_value();
                       }
                     },
                     [&refused, i] { refused.push_back(i); }));
  };
  submit(1, 11);
  submit(1, 12);
  submit(1, 13);
  EXPECT_THAT(refused, ElementsAre(13));
  submit(2, 21);
  EXPECT_THAT(refused, ElementsAre(13, 12));
  first.let_go();
  all.get_future().wait();
  EXPECT_THAT(done, ElementsAre(11, 21));
  last.let_go();
}

// Whether a job is done behind one that waits, where what waits may take so long.
bool is_done_behind_another(std::chrono::milliseconds expected_wait) {
  Blocker first;
  Blocker one;
  Blocker two;
  std::atomic<bool> was_done = false;
  {
    WorkQueue queue(1, {.expected_wait = expected_wait});
    queue.submit(client(1), 0, first.work());
    first.wait_until_begun();
    first.let_go();  // it has taken some time
    queue.submit(client(1), 0, one.work());
    one.wait_until_begun();
    queue.submit(client(2), 0, two.work());
    two.wait_until_begun();
    queue.submit(client(3), 0, job([] {}));
    queue.submit(client(3), 0, job([&] { was_done = true; }, [] {}));
    one.let_go();
    two.let_go();
  }
  return was_done;
}

TEST(WorkQueue, RefusesAtOnceWhatWouldWaitForTooLong) {
  EXPECT_FALSE(is_done_behind_another(std::chrono::milliseconds(0)));
  EXPECT_TRUE(is_done_behind_another(std::chrono::hours(1)));
}

TEST(WorkQueue, HoldsAsManyBytesAsItMay) {
  Blocker blocker;
  std::promise<void> done;
  int refused = 0;
  const auto refuse = [&refused] { ++refused; };
  WorkQueue queue(1, {.bytes = 100});
  queue.submit(client(1), 100, blocker.work());
  blocker.wait_until_begun();
  queue.submit(client(1), 1, job([] { ADD_FAILURE(); }, refuse));
  EXPECT_EQ(refused, 1) << "what is at work is held, too";
  queue.submit(client(1), 0, job([&done] { done.set_value(); }));
  blocker.let_go();
  done.get_future().wait();  // after the first has given back what it held
  std::promise<void> whole;
  queue.submit(client(1), 100, job([&whole] { whole.set_value(); }));
  whole.get_future().wait();
}

// A picture is recognized; the one thread that serves connections serves others meanwhile.
TEST(QueuedHandler, LeavesTheThreadsThatServeToOthers) {
  Blocker blocker;
  WorkQueue queue(1);
  const Handler slow = queued(
      [&blocker](const Request& request, const Reply& reply) {
        blocker.block();
        echo(request, reply);
      },
      queue);
  Serving serving([&slow](Request request, const Reply& reply) {
    if (request.method == "POST") {
      slow(std::move(request), reply);
    } else {
      echo(request, reply);
    }
  });
  HttpClient waiting(serving.port());
  waiting.send(post_bytes("/slow", "x/y", "body"));
  blocker.wait_until_begun();
  expect_alive(serving.port());
  blocker.let_go();
  EXPECT_EQ(waiting.read().body, "POST /slow body");
}

TEST(QueuedHandler, SaysAtOnceWhenTheQueueIsFull) {
  Blocker one;
  Blocker two;
  WorkQueue queue(1, {.jobs = 1});
  queue.submit(client(1), 0, one.work());
  one.wait_until_begun();
  queue.submit(client(2), 0, two.work());
  two.wait_until_begun();
  queue.submit(client(1), 0, job([] {}));
  Serving serving(queued(echo, queue));
  const Answer answer = request(serving.port(), kGet);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_THAT(answer.body, HasSubstr("Too many requests at once"));
  one.let_go();
  two.let_go();
}

TEST(QueuedHandler, RefusesARequestWhoseTurnComesTooLate) {
  WorkQueue queue(1, {.wait = std::chrono::milliseconds(-1)});
  Serving serving(queued(echo, queue));
  EXPECT_EQ(request(serving.port(), kGet).status, 503);
}

TEST(QueuedHandler, DoesNothingForAClientThatHasGone) {
  class Gone : public Reply::Receiver {
   public:
    void receive(Response) noexcept override { ADD_FAILURE() << "nobody waits"; }
    bool waits() const noexcept override { return false; }
  };
  WorkQueue queue(1);
  queued([](const Request&, const Reply&) { ADD_FAILURE() << "nobody waits"; }, queue)(
      {}, Reply(std::make_shared<Gone>()));
}

TEST(QueuedHandler, AnExceptionIsAnsweredWithoutItsText) {
  WorkQueue queue(1);
  Serving serving(
      queued([](const Request&, const Reply&) { throw std::runtime_error("secret path"); }, queue));
  const Answer answer = request(serving.port(), kGet);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"detail":"Internal Server Error"})");
}

}  // namespace
}  // namespace inkling
