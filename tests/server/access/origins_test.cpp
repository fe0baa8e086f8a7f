#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/access/cross_origin.h"
#include "server/access/forwarded.h"
#include "tests/server/reply_into.h"

namespace inkling {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

constexpr auto kAllowOrigin = "Access-Control-Allow-Origin";

Response ask(const std::vector<std::string>& origins, const std::string& method,
             const Headers& headers) {
  Response answer;
  with_cross_origin(fixed_json("in"), origins)(Request{method, "/predict/", "", headers, ""},
                                               reply_into(answer));
  return answer;
}

TEST(CrossOrigin, AllowsTheOriginsThatItWasTold) {
  const std::vector<std::string> known = {"https://a.example", "http://b.example:8080"};
  for (const std::string& origin : known) {
    const Response answer = ask(known, "POST", {{"origin", origin}});
    EXPECT_EQ(answer.body, "in");
    EXPECT_THAT(answer.headers, Contains(Pair(kAllowOrigin, origin)));
    EXPECT_THAT(answer.headers, Contains(Pair("Vary", "Origin")));
    EXPECT_THAT(answer.headers, Not(Contains(Key("Access-Control-Allow-Credentials"))));
  }
  for (const Headers& headers :
       {Headers{}, Headers{{"origin", "https://c.example"}}, Headers{{"origin", "null"}},
        Headers{{"origin", "https://a.example.evil"}}, Headers{{"origin", ""}}}) {
    const Response answer = ask(known, "POST", headers);
    EXPECT_EQ(answer.body, "in");
    EXPECT_THAT(answer.headers, Not(Contains(Key(kAllowOrigin))));
    EXPECT_THAT(answer.headers, Contains(Pair("Vary", "Origin")));
  }
  EXPECT_THAT(ask({"*"}, "GET", {{"origin", "https://c.example"}}).headers,
              Contains(Pair(kAllowOrigin, "https://c.example")));
}

TEST(CrossOrigin, AnswersPreflightsItself) {
  const Headers asks = {{"origin", "https://a.example"}, {"access-control-request-method", "POST"}};
  const Response answer = ask({"https://a.example"}, "OPTIONS", asks);
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(answer.headers,
              Contains(Pair("Access-Control-Allow-Headers", HasSubstr("X-API-Key"))));
  EXPECT_THAT(answer.headers, Contains(Pair(kAllowOrigin, "https://a.example")));
  EXPECT_EQ(ask({"https://b.example"}, "OPTIONS", asks).body, "in");
  EXPECT_EQ(ask({"https://a.example"}, "OPTIONS", {{"origin", "https://a.example"}}).body, "in");
}

TEST(CrossOrigin, KnowsAnOrigin) {
  for (const char* origin : {"https://a.example", "http://localhost:8080", "http://[::1]"}) {
    EXPECT_TRUE(is_origin(origin)) << origin;
  }
  for (const char* none : {"", "a.example", "https://", "https://a.example/", "ftp://a.example",
                           "https://a b", "https://a,https://b", "null"}) {
    EXPECT_FALSE(is_origin(none)) << none;
  }
}

PeerAddress client_of(const Headers& headers) {
  PeerAddress client{};
  Response answer;
  Request request{"GET", "/", "", headers, ""};
  request.client[0] = 99;
  behind_proxy([&client](const Request& seen, const Reply& reply) {
    client = seen.client;
    reply({});
  })(request, reply_into(answer));
  return client;
}

// The nearest proxy wrote the last address; the others may be made up.
TEST(Forwarded, TheClientIsTheLastAddress) {
  const PeerAddress ipv4 = client_of({{"x-forwarded-for", "192.0.2.1"}});
  EXPECT_NE(ipv4, client_of({}));
  EXPECT_NE(ipv4, client_of({{"x-forwarded-for", "192.0.2.2"}}));
  EXPECT_EQ(ipv4, client_of({{"x-forwarded-for", "203.0.113.9, 192.0.2.1:4711"}}));
  EXPECT_EQ(ipv4, client_of({{"x-forwarded-for", "a"}, {"x-forwarded-for", "b,  192.0.2.1 "}}));
  const PeerAddress ipv6 = client_of({{"x-forwarded-for", "2001:db8::1"}});
  EXPECT_NE(ipv6, ipv4);
  EXPECT_EQ(ipv6, client_of({{"x-forwarded-for", "[2001:db8::1]:4711"}}));
  for (const char* none : {"", "unknown", "1.2.3", "[", "[]", "192.0.2.1,"}) {
    EXPECT_EQ(client_of({{"x-forwarded-for", none}}), client_of({})) << none;
  }
}

}  // namespace
}  // namespace inkling
