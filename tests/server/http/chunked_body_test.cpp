#include "server/http/chunked_body.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace inkling {
namespace {

constexpr std::string_view kBody =
    "5\r\nhello\r\n0a;name=\"value\"\r\n, chunks!!\r\n0\r\nTrailer: x\r\n\r\n";
constexpr auto kNext = "GET / HTTP/1.1\r\n";

// The status that refuses the bytes, 200 for a whole body, 100 when more are needed.
int status_of(std::string_view bytes, const HttpLimits& limits = {}) {
  ChunkedBody body(limits);
  try {
    body.take(bytes);
    return body.complete() ? 200 : 100;
  } catch (const HttpError& error) {
    return error.status();
  }
}

TEST(ChunkedBody, IsReadInPiecesOfAnySize) {
  const std::string bytes = std::string(kBody) + kNext;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    ChunkedBody body({});
    std::string pending;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      pending += bytes.substr(at, piece);
      pending.erase(0, body.take(pending));
    }
    EXPECT_TRUE(body.complete()) << piece;
    EXPECT_EQ(pending, kNext) << "what follows is not the body's";
    EXPECT_EQ(std::move(body).body(), "hello, chunks!!") << piece;
  }
}

TEST(ChunkedBody, EachOfTwoPiecesMayEndAnywhere) {
  for (std::size_t at = 0; at <= kBody.size(); ++at) {
    ChunkedBody body({});
    std::string pending(kBody.substr(0, at));
    pending.erase(0, body.take(pending));
    EXPECT_EQ(body.complete(), at == kBody.size()) << at;
    pending += kBody.substr(at);
    pending.erase(0, body.take(pending));
    EXPECT_TRUE(body.complete() && pending.empty()) << at;
  }
}

TEST(ChunkedBody, MayBeEmpty) { EXPECT_EQ(status_of("0\r\n\r\n"), 200); }

TEST(ChunkedBody, RejectsWhatTwoReadersCouldUnderstandDifferently) {
  for (const std::string_view bytes :
       {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x5\r\n", " 5\r\n", "5 5\r\n", "5\nhello\n",
        "5\rx\r\n", "5;\x01\r\n", "10000000000000000\r\n", "5\r\nhelloo\r\n", "5\r\nhello\n\r\n",
        "5\r\nhello0\r\n\r\n", "0\r\nno colon\r\n\r\n", "0\r\n: x\r\n\r\n", "0\r\na: \x01\r\n\r\n",
        "0\r\n folded: x\r\n\r\n"}) {
    EXPECT_EQ(status_of(bytes), 400) << bytes;
  }
}

TEST(ChunkedBody, KeepsItsLimits) {
  const HttpLimits limits{.max_head = 20, .max_body = 10};
  EXPECT_EQ(status_of("a\r\n0123456789\r\n0\r\n\r\n", limits), 200);
  EXPECT_EQ(status_of("b\r\n", limits), 413) << "before it comes";
  EXPECT_EQ(status_of("a\r\n0123456789\r\n1\r\n", limits), 413) << "chunks together";
  EXPECT_EQ(status_of("fffffffffffffff\r\n", limits), 413);
  EXPECT_EQ(status_of(std::string(300, '0'), limits), 400) << "before the line ends";
  EXPECT_EQ(status_of("0\r\na: " + std::string(17, 'x') + "\r\n\r\n", limits), 200);
  EXPECT_EQ(status_of("0\r\na: " + std::string(18, 'x'), limits), 431) << "before the line ends";
  EXPECT_EQ(status_of("0\r\na: 4567890\r\na: 4567890\r\n\r\n", limits), 200);
  EXPECT_EQ(status_of("0\r\na: 4567890\r\na: 45678901\r\n", limits), 431) << "fields together";
}

// As long as may be, whether the line's end comes with it or not.
TEST(ChunkedBody, KeepsItsLimitsHoweverTheLinesAreCut) {
  const HttpLimits limits{.max_head = 20, .max_body = 10};
  const std::string longest =
      "0;" + std::string(254, 'x') + "\r\na: " + std::string(17, 'x') + "\r\n";
  for (const auto& [bytes, complete] :
       {std::pair{longest + "\r\n", true}, {"0;" + std::string(255, 'x') + "\r\n\r\n", false}}) {
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
      ChunkedBody body(limits);
      bool refused = false;
      try {
        std::string pending = bytes.substr(0, at);
        pending.erase(0, body.take(pending));
        body.take(pending + bytes.substr(at));
      } catch (const HttpError&) {
        refused = true;
      }
      EXPECT_EQ(body.complete(), complete) << at;
      EXPECT_EQ(refused, !complete) << at;
    }
  }
}

TEST(ChunkedBody, AnyCorruptionIsReadOrRejected) {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(kBody);
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % bytes.size();
      if (random() % 2 == 0) {
        bytes[at] = static_cast<char>(random() % 256);
      } else {
        bytes.erase(at, random() % 4 + 1);
      }
    }
    const int status = status_of(bytes);
    EXPECT_TRUE(status == 100 || status == 200 || status == 400 || status == 413 || status == 431)
        << status;
  }
}

}  // namespace
}  // namespace inkling
