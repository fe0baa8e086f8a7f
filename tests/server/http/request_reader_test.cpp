#include "server/http/request_reader.h"

#include <random>

#include <gtest/gtest.h>

namespace inkling {
namespace {

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
  const auto [request, keep_alive] = read_one(kPost);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/predict/");
  EXPECT_EQ(request.query, "a=b");
  EXPECT_EQ(request.header("x-thing"), "two words");
  EXPECT_EQ(request.header("absent"), std::nullopt);
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(keep_alive);
}

TEST(RequestReader, RefusesALongMethodBeforeTheHeadIsWhole) {
  EXPECT_EQ(status_of(std::string(32, 'A')), 100);
  EXPECT_EQ(status_of(std::string(32, 'A') + " /"), 100);
  EXPECT_EQ(status_of(std::string(33, 'A')), 400);
  EXPECT_EQ(status_of(std::string(33, 'A') + " /"), 400);
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

// One, however it was cut into pieces: what came before is no matter of packets.
TEST(RequestReader, IgnoresOneEmptyLineBeforeARequest) {
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const auto& [lines, status] : {std::pair{"\r\n", 200}, {"\r\n\r\n", 400}}) {
    std::string bytes;
    for (int i = 0; i < 2; ++i) {
      bytes.append(lines).append(request);
    }
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      RequestReader reader({});
      int requests = 0;
      int answer = 200;
      try {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
          reader.feed(std::string_view(bytes).substr(at, piece));
          while (reader.next()) {
            ++requests;
          }
        }
      } catch (const HttpError& error) {
        answer = error.status();
      }
      EXPECT_EQ(answer, status) << piece;
      EXPECT_EQ(requests, status == 200 ? 2 : 0) << piece;
    }
  }
}

TEST(RequestReader, IsEmptyAfterAnEmptyLine) {
  RequestReader reader({});
  reader.feed("\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.empty());
}

TEST(RequestReader, KnowsAHeadRequestBeforeAndAfterItsHead) {
  RequestReader reader({});
  reader.feed("HEAD / HTTP/1.1\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.is_head_method());
  reader.feed("Host: h\r\nContent-Length: 1\r\n\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.is_head_method());
  reader.clear();
  reader.feed("HEADER / HTTP/1.1\r\n");
  EXPECT_FALSE(reader.is_head_method());
}

TEST(RequestReader, ReadsAChunkedBodyAndTheRequestBehindIt) {
  RequestReader reader({});
  reader.feed(with_header("Transfer-Encoding: Chunked") +
              "3\r\nabc\r\n0\r\n\r\nGET /next HTTP/1.1\r\n");
  const auto received = reader.next();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->request.body, "abc");
  reader.feed("Host: h\r\n\r\n");
  EXPECT_EQ(reader.next().value().request.path, "/next");
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
  for (const std::string line :
       {"no colon", ": no name", "space : x", "a: b\r\n folded", "a: \x01", "a: b\rc", "a: b\nc: d",
        "Host: second", "Content-Type: a/b\r\nContent-Type: a/b"}) {
    EXPECT_EQ(status_of(with_header(line)), 400) << line;
  }
  EXPECT_EQ(status_of(with_header(std::string("a: \0", 4))), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  for (const std::string host : {"a b", "a/b", "user@host", "a\"b", "\x80"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), 400) << host;
  }
  for (const std::string host : {"", "example.com:8000", "[::1]:8000", "under_score", "%C3%A9"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), 200) << host;
  }
}

TEST(RequestReader, RejectsEveryAmbiguousLength) {
  for (const std::string value : {"", "-1", "+1", "1 1", "0x5", "5, 5", "5;", "1e1"}) {
    EXPECT_EQ(status_of(with_header("Content-Length: " + value)), 400) << value;
  }
  EXPECT_EQ(status_of(with_header("Content-Length: 0\r\nContent-Length: 0")), 400);
  EXPECT_EQ(status_of(with_header("Content-Length: 5\r\nTransfer-Encoding: chunked")), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  for (const std::string coding : {"", "identity", "gzip, chunked", "chunked, chunked", "xchunked",
                                   "chunked\r\nTransfer-Encoding: chunked"}) {
    EXPECT_EQ(status_of(with_header("Transfer-Encoding: " + coding)), 501) << coding;
  }
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

}  // namespace
}  // namespace inkling
