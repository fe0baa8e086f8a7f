// What a server does with clients that send too much, too slowly or too many, or do not read.
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

TEST(HttpLimits, AConnectionTooManyIsToldSo) {
  HttpServerOptions options;
  options.max_connections = 1;
  Serving serving(echo, options);
  HttpClient first(serving.port());
  first.send(kGet);
  first.read();
  HttpClient second(serving.port());
  const Answer busy = second.read();
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.headers.at("retry-after"), "1");
  EXPECT_TRUE(second.at_end());
  first.send(kGet);
  EXPECT_EQ(first.read().status, 200);
}

// One body of 20,000 bytes fits, two that are under way do not.
TEST(HttpLimits, RequestsTogetherStayWithinTheMemoryBudget) {
  HttpServerOptions options;
  options.max_buffered = 30'000;
  Serving serving(echo, options);
  const std::string body(20'000, 'x');
  const std::string bytes = post_bytes("/", "x", body);
  const std::string all_but_the_last = bytes.substr(0, bytes.size() - 1);
  for (int round = 0; round < 3; ++round) {  // what was held is given back each time
    HttpClient first(serving.port());
    first.send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 20000\r\n\r\n");
    EXPECT_EQ(first.read().status, 100);
    first.send(body.substr(1));
    HttpClient second(serving.port());
    second.send(all_but_the_last);
    const Answer busy = second.read();
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.headers.at("retry-after"), "1");
    EXPECT_TRUE(second.at_end());
    first.send("x");
    EXPECT_TRUE(first.read().body == "POST / " + body);
    HttpClient third(serving.port());
    third.send(bytes);
    EXPECT_EQ(third.read().status, 200) << "the first connection is open and holds nothing";
  }
}

}  // namespace
}  // namespace inkling
