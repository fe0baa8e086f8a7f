// What a server does with clients that send too much, too slowly or too many, or do not read.
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/server/serving.h"

namespace inkling {
namespace {

using std::chrono::milliseconds;

TEST(HttpLimits, RejectsWhatIsTooLargeWithTheStatusThatSaysWhat) {
  HttpServerOptions options;
  options.connection.http = {.max_target = 100, .max_head = 1000, .max_body = 10};
  Serving serving(echo, options);
  EXPECT_EQ(request(serving.port(), post_bytes("/", "x", "0123456789")).status, 200);
  EXPECT_EQ(request(serving.port(), post_bytes("/", "x", "0123456789a")).status, 413);
  EXPECT_EQ(get(serving.port(), "/" + std::string(100, 'x')).status, 414);
  EXPECT_EQ(
      request(serving.port(), "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1000, 'x')).status,
      431);
}

// Pistache's write loop spins while a client does not read, and blocks the thread's other clients.
TEST(HttpLimits, AClientThatDoesNotReadBlocksNoOther) {
  const std::string large(16U << 20U, 'x');  // more than any socket buffer takes
  Serving serving([&](const Request& request, const Reply& reply) {
    request.path == "/there" ? echo(request, reply) : reply({200, {}, large});
  });
  HttpClient client(serving.port());
  client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  for (int i = 0; i < 3; ++i) {
    expect_alive(serving.port());
  }
  EXPECT_EQ(client.read().body, large) << "it is sent on once the client reads";
}

TEST(HttpLimits, ARequestThatDoesNotCompleteIsAnsweredInTheEnd) {
  HttpServerOptions options;
  options.connection.head_timeout = milliseconds(1);
  Serving serving(echo, options);
  HttpClient client(serving.port());
  client.send("GET / HT");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.at_end());
}

TEST(HttpLimits, AnIdleConnectionIsClosedInTheEnd) {
  HttpServerOptions options;
  options.connection.idle_timeout = milliseconds(1);
  Serving serving(echo, options);
  HttpClient client(serving.port());
  client.send(kGet);
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.at_end());
}

// None of the two that are open may be closed: both have a request under way.
TEST(HttpLimits, AConnectionTooManyIsToldSo) {
  HttpServerOptions options;
  options.max_connections = 2;
  std::mutex mutex;
  std::vector<Reply> asked;
  std::promise<void> both;
  Serving serving(
      [&](const Request&, const Reply& reply) {
        const std::lock_guard lock(mutex);
        asked.push_back(reply);
        if (asked.size() == 2) {
          both.set_value();
        }
      },
      options);
  HttpClient first(serving.port());
  HttpClient second(serving.port());
  first.send(kGet);
  second.send(kGet);
  both.get_future().wait();
  HttpClient third(serving.port());
  const Answer busy = third.read();
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.headers.at("retry-after"), "1");
  EXPECT_TRUE(third.at_end());
  for (const Reply& reply : asked) {
    reply({200, {}, "done"});
  }
  EXPECT_EQ(first.read().body, "done");
  EXPECT_EQ(second.read().body, "done");
}

TEST(HttpLimits, ForAConnectionTooManyTheOneIdleLongestIsClosed) {
  HttpServerOptions options;
  options.max_connections = 2;
  Serving serving(echo, options);
  HttpClient first(serving.port());
  HttpClient second(serving.port());
  for (HttpClient* client : {&second, &first}) {
    client->send(kGet);
    EXPECT_EQ(client->read().status, 200);
  }
  HttpClient third(serving.port());
  third.send(kGet);
  EXPECT_EQ(third.read().status, 200);
  EXPECT_TRUE(second.at_end());
  first.send(kGet);
  EXPECT_EQ(first.read().status, 200);
}

// Connections that say nothing, or begin a request and say no more, from one address; good clients
// from others come and stay.
TEST(HttpLimits, WhoTakesAllConnectionsKeepsNobodyOut) {
  HttpServerOptions options;
  options.max_connections = 10;
  options.threads = 2;
  Serving serving(echo, options);
  HttpClient stays(serving.port(), "127.0.0.3");
  stays.send(kGet);
  EXPECT_EQ(stays.read().status, 200);
  std::vector<std::unique_ptr<HttpClient>> takers;
  for (int i = 0; i < 50; ++i) {
    takers.push_back(std::make_unique<HttpClient>(serving.port(), "127.0.0.2"));
    if (i % 2 == 0) {
      takers.back()->send("GET / HTTP/1.1\r\nX-");
    }
    HttpClient good(serving.port(), "127.0.0.4");
    good.send(kGet);
    EXPECT_EQ(good.read().status, 200) << i;
  }
  stays.send(kGet);
  EXPECT_EQ(stays.read().status, 200) << "it was idle longer than any of them";
}

// Of a body of 40,000 bytes 23,616 are counted, as 16 KiB are not: one fits, two under way do not.
class MemoryBudget : public testing::Test {
 protected:
  static HttpServerOptions options() {
    HttpServerOptions options;
    options.max_buffered = 30'000;
    return options;
  }
  // All but the last byte, which are read before the client is answered to.
  void begin(HttpClient& client) {
    client.send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 40000\r\n\r\n");
    EXPECT_EQ(client.read().status, 100);
    client.send(body.substr(1));
    expect_alive(serving.port());  // the one thread reads first what came first
  }
  void expect_refused(HttpClient& client) {
    const Answer busy = client.read();
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.headers.at("retry-after"), "1");
    EXPECT_TRUE(client.at_end());
  }
  void expect_taken(HttpClient& client) {
    client.send("x");
    EXPECT_TRUE(client.read().body == "POST / " + body);
  }

  std::string body = std::string(40'000, 'x');
  Serving serving{echo, options()};
};

TEST_F(MemoryBudget, HoldsForRequestsTogetherAndIsGivenBack) {
  for (int round = 0; round < 3; ++round) {
    HttpClient first(serving.port());
    begin(first);
    HttpClient second(serving.port());
    begin(second);
    expect_refused(second);
    expect_taken(first);
    HttpClient third(serving.port());
    third.send(post_bytes("/", "x", body));
    EXPECT_EQ(third.read().status, 200) << "the first connection is open and holds nothing";
  }
}

TEST_F(MemoryBudget, LeavesRoomForSmallRequestsAlways) {
  HttpClient first(serving.port());
  begin(first);
  HttpClient small(serving.port());
  small.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 16000\r\n\r\n");
  small.send(std::string(15'999, 'y'));
  expect_alive(serving.port());
  small.send("y");
  EXPECT_EQ(small.read().status, 200);
  expect_taken(first);
}

// Two of one address hold all; for another address's the one of them gives way that is silent.
TEST_F(MemoryBudget, WhoHoldsMostGivesWayToOthers) {
  HttpClient greedy(serving.port(), "127.0.0.2");
  begin(greedy);
  HttpClient other(serving.port(), "127.0.0.3");
  other.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 40000\r\n\r\n");
  other.send(body.substr(20'000));  // 3,616 are counted, less than the greedy one's
  expect_alive(serving.port());
  other.send(body.substr(20'001));
  expect_refused(greedy);
  expect_taken(other);
}

TEST(HttpServerThreads, HaveEqualNumbersOfConnections) {
  HttpServerOptions options;
  options.threads = 2;
  std::mutex mutex;
  std::map<std::thread::id, int> served;
  Serving serving(
      [&](const Request&, const Reply& reply) {
        const std::lock_guard lock(mutex);
        ++served[std::this_thread::get_id()];
        reply({});
      },
      options);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<HttpClient>(serving.port()));
    clients.back()->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(clients.back()->read().status, 200);
  }
  ASSERT_EQ(served.size(), 2U);
  EXPECT_EQ(served.begin()->second, 8);
}

}  // namespace
}  // namespace inkling
