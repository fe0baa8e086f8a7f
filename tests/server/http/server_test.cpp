#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/server/serving.h"

namespace inkling {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(HttpServer, AnswersOnAnyFreePort) {
  Serving serving(echo);
  EXPECT_GT(serving.port(), 0);
  const Answer answer = request(serving.port(), post_bytes("/a?b", "x/y", "body"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /a body");
}

TEST(HttpServer, ARequestKeepsItsIdOrIsGivenOne) {
  Serving serving([](const Request& request, const Reply& reply) { reply({200, {}, request.id}); });
  const auto ask = [&](const std::string& header) {
    return request(serving.port(), "GET / HTTP/1.1\r\nHost: h\r\n" + header + "\r\n");
  };
  const Answer kept = ask("X-Request-ID: a-B_1.2\r\n");
  EXPECT_EQ(kept.body, "a-B_1.2");
  EXPECT_EQ(kept.headers.at("x-request-id"), "a-B_1.2");
  std::set<std::string> made;
  for (const std::string& header :
       {std::string(), std::string("X-Request-ID:\r\n"), std::string("X-Request-ID: a b\r\n"),
        std::string("X-Request-ID: \"x\"\r\n"), "X-Request-ID: " + std::string(65, 'a') + "\r\n"}) {
    const Answer answer = ask(header);
    EXPECT_EQ(answer.body.size(), 16U) << header;
    EXPECT_EQ(answer.headers.at("x-request-id"), answer.body);
    made.insert(answer.body);
  }
  EXPECT_EQ(made.size(), 5U);
}

TEST(HttpServer, HandlersOfTwoPortsDoNotMix) {
  HttpServer server;
  const auto one = server.listen(kLocalhost, 0, [](const auto&, const Reply& reply) {
    reply({200, {}, "one"});
  });
  const auto two = server.listen(kLocalhost, 0, [](const auto&, const Reply& reply) {
    reply({200, {}, "two"});
  });
  server.start();
  EXPECT_EQ(get(one, "/").body, "one");
  EXPECT_EQ(get(two, "/").body, "two");
}

TEST(HttpServer, APortInUseIsOneLineThatNamesIt) {
  Serving serving(echo);
  HttpServer second;
  try {
    second.listen(kLocalhost, serving.port(), echo);
    FAIL() << "expected an exception";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(serving.port())));
    EXPECT_THAT(error.what(), HasSubstr("in use"));
  }
  EXPECT_THROW(second.listen("no.such.host.invalid", 0, echo), std::runtime_error);
}

// With a grace that the test would notice.
TEST(HttpServer, AStartThatFailsEndsAtOnce) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  HttpServerOptions options;
  options.threads = 20;
  options.grace = std::chrono::hours(1);
  HttpServer server(options);
  server.listen(kLocalhost, 0, echo);
  const int next = ::dup(0);  // the lowest number that is free
  ASSERT_GE(next, 0);
  ::close(next);
  const rlimit few{static_cast<rlim_t>(next) + 5, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_THROW(server.start(), std::runtime_error);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(HttpServer, KeepsAConnectionForTheNextRequest) {
  Serving serving(echo);
  HttpClient client(serving.port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    const Answer answer = client.read();
    EXPECT_EQ(answer.headers.at("connection"), "keep-alive");
    EXPECT_EQ(answer.body, "GET /there ");
  }
}

TEST(HttpServer, ClosesAConnectionWhenAskedTo) {
  Serving serving(echo);
  for (const std::string bytes :
       {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    HttpClient client(serving.port());
    client.send(bytes);
    EXPECT_EQ(client.read().headers.at("connection"), "close");
    EXPECT_TRUE(client.at_end());
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send(post_bytes("/1", "x", "a") + post_bytes("/2", "x", "b") + post_bytes("/3", "x", "c"));
  EXPECT_EQ(client.read().body, "POST /1 a");
  EXPECT_EQ(client.read().body, "POST /2 b");
  EXPECT_EQ(client.read().body, "POST /3 c");
}

TEST(HttpServer, ServesNoRequestBehindOneThatCloses) {
  std::atomic<int> served = 0;
  Serving serving([&](const Request& request, const Reply& reply) {
    ++served;
    echo(request, reply);
  });
  HttpClient client(serving.port());
  client.send(std::string("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n") + kGet);
  client.read();
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(served, 1);
}

TEST(HttpServer, HeadHasTheLengthAndNoBody) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read(false).headers.at("content-length"), "7");
  client.send(kGet);
  EXPECT_EQ(client.read().body, "GET /there ");
}

TEST(HttpServer, AnswersAClientThatClosedItsSideBehindTheRequest) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send(kGet);
  client.finish_sending();
  EXPECT_EQ(client.read().body, "GET /there ");
}

TEST(HttpServer, AnswersAllThatAClientPipelinedBeforeItClosedItsSide) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send(std::string(kGet) + kGet + kGet);
  client.finish_sending();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.read().body, "GET /there ") << i;
  }
}

TEST(HttpServer, InvitesABodyThatTheClientHoldsBack) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send("ab");
  EXPECT_EQ(client.read().body, "POST / ab");
}

// Pistache 0.0.5 spins for ever when a chunk is cut between its CR and LF.
TEST(HttpServer, AChunkCutWithinItsLineBreakSpinsNothing) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r");
  expect_alive(serving.port());
  client.send("\n0\r\n\r\n");
  EXPECT_EQ(client.read().body, "POST / hello");
}

TEST(HttpServer, ARefusedHeadRequestHasNoBody) {
  Serving serving(echo);
  HttpClient client(serving.port());
  client.send("HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n");
  EXPECT_EQ(client.read(false).status, 400);
  EXPECT_TRUE(client.at_end());
}

// Pistache leaves the connection open and reads the body as the next request.
TEST(HttpServer, NothingBehindAnErrorIsReadAsARequest) {
  std::atomic<int> served = 0;
  Serving serving([&](const Request&, const Reply& reply) {
    ++served;
    reply({});
  });
  for (const std::string head :
       {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "nonsense\r\n\r\n"}) {
    HttpClient client(serving.port());
    client.send(head + kGet + kGet);
    const Answer answer = client.read();
    EXPECT_GE(answer.status, 400);
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    EXPECT_TRUE(client.at_end());
  }
  EXPECT_EQ(served, 0);
}

// The kernel resets a connection that is closed while bytes arrive, and the answer with it.
TEST(HttpServer, TheAnswerReachesAClientThatIsStillSending) {
  Serving serving(echo);
  HttpClient client(serving.port());
  const std::size_t length = HttpLimits{}.max_body + 1;
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) +
              "\r\n\r\n");
  client.send(std::string(length, 'x'));
  EXPECT_EQ(client.read().status, 413);
}

TEST(HttpServer, AnExceptionIsAnsweredWithoutItsText) {
  Serving serving([](const Request&, const Reply&) { throw std::runtime_error("secret path"); });
  const Answer answer = request(serving.port(), kGet);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"detail":"Internal Server Error"})");
}

TEST(HttpServer, AReplyThatIsDroppedIsAnsweredToo) {
  Serving serving([](const Request&, const Reply&) {});
  EXPECT_EQ(request(serving.port(), kGet).status, 500);
}

TEST(HttpServer, OnlyTheFirstOfTwoRepliesCounts) {
  Serving serving([](const Request&, const Reply& reply) {
    reply({200, {}, "first"});
    reply({200, {}, "second"});
  });
  HttpClient client(serving.port());
  client.send(kGet);
  EXPECT_EQ(client.read().body, "first");
  client.send(kGet);
  EXPECT_EQ(client.read().body, "first");
}

TEST(HttpServer, AReplyMayComeLaterFromAnotherThread) {
  std::promise<Reply> asked;
  Serving serving([&](const Request& request, const Reply& reply) {
    if (request.path == "/there") {
      echo(request, reply);
    } else {
      asked.set_value(reply);
    }
  });
  HttpClient client(serving.port());
  client.send(std::string("GET /later HTTP/1.1\r\nHost: h\r\n\r\n") + kGet);
  const Reply reply = asked.get_future().get();
  expect_alive(serving.port());  // the only I/O thread is free meanwhile
  std::thread([&] { reply({200, {}, "later"}); }).join();
  EXPECT_EQ(client.read().body, "later");
  EXPECT_EQ(client.read().body, "GET /there ");
}

// The descriptor of a client that has gone is given to the next one, who must not get its answer.
TEST(HttpServer, ALateReplyReachesNobodyElse) {
  std::promise<Reply> asked;
  Serving serving([&](const Request& request, const Reply& reply) {
    if (request.path == "/there") {
      echo(request, reply);
    } else {
      asked.set_value(reply);
    }
  });
  Reply late;
  {
    HttpClient gone(serving.port());
    gone.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    late = asked.get_future().get();
  }
  expect_alive(serving.port());  // by now the server has seen the end of the first
  HttpClient next(serving.port());
  next.send(kGet);
  EXPECT_EQ(next.read().body, "GET /there ");
  late({200, {}, "late"});
  next.send(kGet);
  EXPECT_EQ(next.read().body, "GET /there ");
}

TEST(HttpServer, ManyClientsAtOnceGetTheirOwnAnswers) {
  HttpServerOptions options;
  options.threads = 3;
  Serving serving(echo, options);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  constexpr int kThreads = 8;
  constexpr int kRequests = 50;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRequests; ++i) {
        const std::string body = std::to_string(t * 1000 + i);
        if (request(serving.port(), post_bytes("/", "x", body)).body == "POST / " + body) {
          ++right;
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(right, kThreads * kRequests);
}

TEST(HttpServer, StopsAfterTheRequestsThatAreUnderWay) {
  std::promise<Reply> asked;
  Serving serving([&](const Request&, const Reply& reply) { asked.set_value(reply); });
  HttpClient client(serving.port());
  HttpClient idle(serving.port());
  client.send(kGet);
  const Reply reply = asked.get_future().get();
  std::thread stopping([&] { serving.server().stop(); });
  EXPECT_TRUE(idle.at_end());  // so stopping has begun
  EXPECT_THROW(HttpClient(serving.port()), std::runtime_error);
  reply({200, {}, "done"});
  const Answer answer = client.read();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.at_end());
  stopping.join();
  reply({});  // nobody is there, and nothing happens
}

TEST(HttpServer, StopsDespiteARequestThatIsNeverAnswered) {
  std::promise<Reply> asked;
  HttpServerOptions options;
  options.grace = milliseconds(1);
  Serving serving([&](const Request&, const Reply& reply) { asked.set_value(reply); }, options);
  HttpClient client(serving.port());
  client.send(kGet);
  const Reply reply = asked.get_future().get();
  serving.server().stop();
  EXPECT_TRUE(client.at_end());
}

}  // namespace
}  // namespace inkling
