#include "server/http/wire.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kPost =
    "POST /predict/?a=b HTTP/1.1\r\nHost: h\r\nX-Thing:  two words \r\nContent-Length: "
    "5\r\n\r\nhello";

ReceivedRequest read_one(std::string_view bytes, const HttpLimits& limits = {}) {
  RequestReader reader(limits);
  reader.feed(bytes);
  auto received = reader.next();
  if (!received) {
    throw std::runtime_error("the request is not whole");
  }
  return *received;
}

// The status that refuses the bytes, 200 when they are a request, 100 when more are needed.
int status_of(std::string_view bytes, const HttpLimits& limits = {}) {
  RequestReader reader(limits);
  reader.feed(bytes);
  try {
    return reader.next() ? 200 : 100;
  } catch (const HttpError& error) {
    return error.status();
  }
}

std::string with_header(const std::string& line) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + line + "\r\n\r\n";
}

TEST(RequestReader, ReadsARequest) {
  const auto [request, keep_alive, http_1_0] = read_one(kPost);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/predict/");
  EXPECT_EQ(request.query, "a=b");
  EXPECT_EQ(request.header("x-thing"), "two words");
  EXPECT_EQ(request.header("absent"), std::nullopt);
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(keep_alive);
  EXPECT_FALSE(http_1_0);
}

TEST(RequestReader, ReadsItByteByByte) {
  RequestReader reader({});
  const std::string bytes = kPost;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(reader.next()) << i;
    reader.feed(bytes.substr(i, 1));
  }
  EXPECT_EQ(reader.next().value().request.body, "hello");
  EXPECT_TRUE(reader.empty());
}

TEST(RequestReader, ReadsRequestsThatCameTogether) {
  RequestReader reader({});
  reader.feed(std::string(kPost) + "GET /next HTTP/1.1\r\nHost: h\r\n\r\nGET");
  EXPECT_EQ(reader.next().value().request.path, "/predict/");
  EXPECT_EQ(reader.next().value().request.path, "/next");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.empty());
}

TEST(RequestReader, TakesTheAbsoluteFormAndAnEmptyLineBefore) {
  EXPECT_EQ(read_one("\r\nGET http://host:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n").request.path, "/a");
  EXPECT_EQ(read_one("GET http://host HTTP/1.1\r\nHost: h\r\n\r\n").request.path, "/");
}

TEST(RequestReader, KnowsWhetherTheConnectionStays) {
  EXPECT_TRUE(read_one(with_header("Connection: Keep-Alive")).keep_alive);
  EXPECT_FALSE(read_one(with_header("Connection: x, Close")).keep_alive);
  EXPECT_FALSE(read_one("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(read_one("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(RequestReader, ReportsOnceThatTheClientWaitsForContinue) {
  RequestReader reader({});
  reader.feed(with_header("Expect: 100-continue\r\nContent-Length: 2"));
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.take_expectation());
  EXPECT_FALSE(reader.take_expectation());
  reader.feed("ab");
  EXPECT_TRUE(reader.next());
}

TEST(RequestReader, RejectsMalformedRequestLines) {
  for (const std::string line :
       {"", "GET", "GET /", "GET / HTTP/1.1 ", "GET  / HTTP/1.1", " GET / HTTP/1.1",
        "G(T / HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.", "GET / HTTP/1.10", "GET x HTTP/1.1",
        "GET /\x7f HTTP/1.1", "GET /\x80 HTTP/1.1", "GET / HTTP/1.1\r", "GET /\n HTTP/1.1"}) {
    EXPECT_EQ(status_of(line + "\r\nHost: h\r\n\r\n"), 400) << line;
  }
  EXPECT_EQ(status_of(std::string(40, 'G') + " / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: h\n\n"), 400);
}

TEST(RequestReader, RejectsMalformedHeaders) {
  for (const std::string line : {"no colon", ": no name", "space : x", "a: b\r\n folded", "a: \x01",
                                 "a: b\rc", "a: b\nc: d", "Host: second"}) {
    EXPECT_EQ(status_of(with_header(line)), 400) << line;
  }
  EXPECT_EQ(status_of(with_header(std::string("a: \0", 4))), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
}

TEST(RequestReader, RejectsEveryAmbiguousLength) {
  for (const std::string value : {"", "-1", "+1", "1 1", "0x5", "5, 5", "5;", "1e1"}) {
    EXPECT_EQ(status_of(with_header("Content-Length: " + value)), 400) << value;
  }
  EXPECT_EQ(status_of(with_header("Content-Length: 0\r\nContent-Length: 0")), 400);
  EXPECT_EQ(status_of(with_header("Transfer-Encoding: chunked")), 411);
  EXPECT_EQ(status_of(with_header("transfer-encoding: identity")), 411);
  EXPECT_EQ(status_of(with_header("Content-Length: 5\r\nTransfer-Encoding: chunked")), 411);
}

TEST(RequestReader, KeepsItsLimits) {
  const HttpLimits limits{.max_target = 10, .max_head = 100, .max_body = 20};
  EXPECT_EQ(status_of("GET /234567890 HTTP/1.1\r\nHost: h\r\n\r\n", limits), 200);
  EXPECT_EQ(status_of("GET /2345678901 HTTP/1.1\r\nHost: h\r\n\r\n", limits), 414);
  EXPECT_EQ(status_of("GET /2345678901", limits), 414) << "before the line ends";
  EXPECT_EQ(
      status_of("GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(66, 'x') + "\r\n\r\n", limits),
      200);
  EXPECT_EQ(
      status_of("GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(90, 'x') + "\r\n\r\n", limits),
      431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: h\r\nx: " + std::string(90, 'x'), limits), 431)
      << "before the headers end";
  EXPECT_EQ(status_of(std::string(33, 'x'), limits), 400) << "before the method ends";
  EXPECT_EQ(status_of(with_header("Content-Length: 20"), limits), 100);
  EXPECT_EQ(status_of(with_header("Content-Length: 21"), limits), 413) << "before the body comes";
  EXPECT_EQ(status_of(with_header("Content-Length: 18446744073709551617"), limits), 413);

  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 100; ++i) {
    many += "a: b\r\n";
  }
  EXPECT_EQ(status_of(many + "\r\n"), 431);
}

TEST(RequestReader, KeepsNoMemoryOfALargeRequest) {
  const HttpLimits limits;
  const std::string large = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n";
  const std::string body(1'000'000, 'x');
  RequestReader reader(limits);
  reader.feed(large + body + "G");  // and the first byte of the next
  EXPECT_GE(reader.memory(), body.size());
  const auto received = reader.next();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->request.body.size(), body.size());
  EXPECT_EQ(reader.buffered(), 1U);
  EXPECT_LT(reader.memory(), 1000U);
  reader.feed(large + body);
  reader.clear();
  EXPECT_TRUE(reader.empty());
  EXPECT_LT(reader.memory(), 1000U);
}

TEST(RequestReader, AnyCorruptionIsReadOrRejected) {
  std::mt19937 random(2);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = kPost;
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % bytes.size();
      if (random() % 2 == 0) {
        bytes[at] = static_cast<char>(random() % 256);
      } else {
        bytes.erase(at, random() % 8 + 1);
      }
    }
    const int status = status_of(bytes);
    EXPECT_TRUE(status == 100 || status == 200 || (status >= 400 && status < 600)) << status;
  }
}

TEST(ResponseBytes, HaveLengthDateAndConnection) {
  const Response response = json_response(404, "{}");
  EXPECT_EQ(to_bytes(response, {.keep_alive = true}, 784111777),
            "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\n\r\n{}");
  EXPECT_THAT(to_bytes(response, {.keep_alive = false}, 0), HasSubstr("Connection: close\r\n"));
}

TEST(ResponseBytes, HaveNoBodyForHeadAndNotModified) {
  const std::string head = to_bytes({200, {}, "body"}, {.head_only = true}, 0);
  EXPECT_THAT(head, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  const std::string not_modified = to_bytes({304, {}, ""}, {}, 0);
  EXPECT_THAT(not_modified, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(not_modified, Not(HasSubstr("Content-Length")));
}

}  // namespace
}  // namespace inkling
