#include "server/work_queue.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/serving.h"

namespace inkling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A job that keeps a thread of a queue at work until it is let go.
class Blocker {
 public:
  WorkQueue::Job job() {
    return [this] {
      begun_.set_value();
      let_go_.get_future().wait();
    };
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
    EXPECT_TRUE(queue.submit(0, blocker.job()));
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(queue.submit(0, [&done, i] { done.push_back(i); }));
    }
    EXPECT_TRUE(done.empty());
    blocker.let_go();
  }
  EXPECT_THAT(done, ElementsAre(0, 1, 2));
}

TEST(WorkQueue, ItsThreadsWorkAtTheSameTime) {
  Blocker one;
  Blocker two;
  WorkQueue queue(2);  // ends first, while what its jobs refer to is there
  queue.submit(0, one.job());
  queue.submit(0, two.job());
  one.wait_until_begun();
  two.wait_until_begun();  // one has not ended
  one.let_go();
  two.let_go();
}

TEST(WorkQueue, TakesAsManyJobsAsMayWaitAndNotOneMore) {
  std::atomic<int> done = 0;
  const auto count = [&done] { ++done; };
  Blocker blocker;
  {
    WorkQueue queue(1, {.jobs = 2});
    queue.submit(0, blocker.job());
    blocker.wait_until_begun();  // it waits no more
    EXPECT_TRUE(queue.submit(0, count));
    EXPECT_TRUE(queue.submit(0, count));
    EXPECT_FALSE(queue.submit(0, count));
    blocker.let_go();
  }
  EXPECT_EQ(done, 2);
}

TEST(WorkQueue, HoldsAsManyBytesAsItMay) {
  Blocker blocker;
  std::promise<void> done;
  WorkQueue queue(1, {.bytes = 100});
  EXPECT_FALSE(queue.submit(101, [] {}));
  EXPECT_TRUE(queue.submit(100, blocker.job()));
  EXPECT_FALSE(queue.submit(1, [] {})) << "it is at work, and held";
  blocker.let_go();
  // What has been done gives its bytes back, when it is the next one's turn at the latest.
  EXPECT_TRUE(queue.submit(0, [&done] { done.set_value(); })) << "nothing is no more";
  done.get_future().wait();
  EXPECT_TRUE(queue.submit(100, [] {}));
}

// A picture is recognized; the one thread that serves connections serves others meanwhile.
TEST(QueuedHandler, LeavesTheThreadsThatServeToOthers) {
  Blocker blocker;
  WorkQueue queue(1);
  const Handler slow = queued(
      [&blocker](const Request& request, const Reply& reply) {
        blocker.job()();
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
  WorkQueue queue(1, {.jobs = 0});
  Serving serving(queued(echo, queue));
  const Answer answer = request(serving.port(), kGet);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  EXPECT_THAT(answer.body, HasSubstr("Too many requests at once"));
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
