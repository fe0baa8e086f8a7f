#include "server/access/gate.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/reply_into.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

const std::string kAnnsKey = "inkling_ann";
const std::string kBobsKey = "inkling_bob";

class GateTest : public testing::Test {
 protected:
  GateTest() { write_keys(line_of("ann", kAnnsKey) + "\n" + line_of("bob", kBobsKey)); }

  void write_keys(const std::string& text) const { std::ofstream(file()) << text; }
  std::filesystem::path file() const { return folder_.path() / "keys"; }
  GateOptions options() const {
    GateOptions options;
    options.api_keys = file();
    return options;
  }

  // What the gate answers, or "in" where it lets in.
  static Response ask(Gate& gate, const Request& request) {
    Response answer;
    gate.guard([](const Request&, const Reply& reply) {
      reply({200, {}, "in", R"({"digit":7})"});
    })(request, reply_into(answer));
    return answer;
  }
  static Response ask(Gate& gate, const Headers& headers, const std::string& path = "/predict/") {
    return ask(gate, Request{"POST", path, "", headers, ""});
  }

  TemporaryFolder folder_;
};

TEST_F(GateTest, LetsInWithAKeyAlone) {
  Gate gate(options());
  for (const Headers& headers :
       {Headers{{"x-api-key", kAnnsKey}}, Headers{{"authorization", "Bearer " + kAnnsKey}},
        Headers{{"authorization", "bearer  " + kAnnsKey + " "}}}) {
    const Response answer = ask(gate, headers);
    EXPECT_EQ(answer.body, "in");
    EXPECT_EQ(answer.log, R"({"key":"ann","digit":7})");
  }
  const Response none = ask(gate, Headers{});
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.body, R"({"detail":"Not authenticated"})");
  EXPECT_THAT(none.headers, Contains(Pair("WWW-Authenticate", "Bearer")));
  const Response wrong = ask(gate, {{"x-api-key", kAnnsKey + "x"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, R"({"detail":"Invalid API key"})");
  EXPECT_THAT(wrong.headers, Contains(Pair("WWW-Authenticate", HasSubstr("invalid_token"))));
  for (const Headers& headers :
       {Headers{{"x-api-key", ""}}, Headers{{"authorization", "Bearer"}},
        Headers{{"authorization", kAnnsKey}}, Headers{{"authorization", "Basic " + kAnnsKey}},
        Headers{{"cookie", "inkling_session=" + kAnnsKey}}}) {
    EXPECT_EQ(ask(gate, headers).status, 401) << headers[0].second;
  }
}

// A wrong key is not made good by a cookie: whoever sends one learns that it is wrong.
TEST_F(GateTest, AKeyCountsBeforeASession) {
  Gate gate(options());
  const std::string session = gate.begin_session(kAnnsKey, Request{}).value();
  const Headers both = {{"cookie", session.substr(0, session.find(';'))}, {"x-api-key", "wrong"}};
  EXPECT_EQ(ask(gate, both).status, 401);
}

TEST_F(GateTest, HealthAndTheSignInPageAreTheOnlyOpenDoors) {
  Gate gate(options());
  for (const char* open :
       {"/healthz", "/readyz", "/v2/health/live", "/v2/health/ready", kSignInPath}) {
    EXPECT_EQ(ask(gate, Headers{}, open).body, "in") << open;
  }
  for (const char* guarded : {"/", "/healthz/..", "/healthz/", "/%68ealthz", "//healthz", "*",
                              "/signin/", "/signout", "/metrics", "/none"}) {
    EXPECT_EQ(ask(gate, Headers{}, guarded).status, 401) << guarded;
  }
}

TEST_F(GateTest, SendsBrowsersToTheSignInPage) {
  Gate gate(options());
  const auto location = [&gate](const std::string& path) {
    const Response answer = ask(gate, Request{"GET", path, "", {{"accept", "text/html,*/*"}}, ""});
    EXPECT_EQ(answer.status, 303) << path;
    return answer.headers.at(0).second;
  };
  EXPECT_EQ(location("/"), "signin");
  EXPECT_EQ(location("/docs"), "signin");
  EXPECT_EQ(location("/v2/models/m"), "../../signin");
  EXPECT_EQ(ask(gate, Request{"POST", "/", "", {{"accept", "text/html"}}, ""}).status, 401);
}

TEST_F(GateTest, ASessionStandsForItsKeyUntilThatIsGone) {
  Gate gate(options());
  EXPECT_EQ(gate.begin_session("wrong", Request{}), std::nullopt);
  const std::string set = gate.begin_session(kAnnsKey, Request{}).value();
  EXPECT_THAT(set, AllOf(HasSubstr("; HttpOnly"), HasSubstr("; SameSite=Strict"),
                         HasSubstr("; Max-Age=43200"), Not(HasSubstr("Secure"))));
  const Request by_tls{"POST", "/signin", "", {{"x-forwarded-proto", "https"}}, ""};
  EXPECT_THAT(gate.begin_session(kAnnsKey, by_tls).value(), HasSubstr("; Secure"));
  const Headers headers = {{"cookie", "a=b; " + set.substr(0, set.find(';')) + "; c=d"}};
  EXPECT_EQ(ask(gate, headers).body, "in");
  EXPECT_EQ(gate.signed_in_as(Request{"GET", "/", "", headers, ""}), "ann");
  EXPECT_EQ(gate.signed_in_as(Request{}), std::nullopt);
  write_keys(line_of("bob", kBobsKey));
  EXPECT_EQ(ask(gate, headers).body, "in");  // not read again yet
  gate.reload();
  EXPECT_EQ(ask(gate, headers).status, 401);
  EXPECT_EQ(ask(gate, {{"x-api-key", kAnnsKey}}).status, 401);
  EXPECT_EQ(ask(gate, {{"x-api-key", kBobsKey}}).body, "in");
}

TEST_F(GateTest, ABadFileKeepsTheKeysThatItHad) {
  Gate gate(options());
  write_keys("nonsense");
  EXPECT_THROW(gate.reload(), ApiKeysError);
  std::filesystem::remove(file());
  EXPECT_THROW(gate.reload(), std::runtime_error);
  EXPECT_EQ(ask(gate, {{"x-api-key", kAnnsKey}}).body, "in");
  EXPECT_THROW(Gate{options()}, std::runtime_error);
}

TEST_F(GateTest, CountsWhatAKeyAsks) {
  write_keys(line_of("ann", kAnnsKey) + " rate=2\n" + line_of("bob", kBobsKey) + " quota=1\n");
  GateOptions limited = options();
  std::vector<int> refused;
  limited.on_refused = [&refused](int status) { refused.push_back(status); };
  Gate gate(limited);
  const Headers ann = {{"x-api-key", kAnnsKey}};
  const Headers bob = {{"x-api-key", kBobsKey}};
  EXPECT_EQ(ask(gate, ann).status, 200);
  EXPECT_EQ(ask(gate, ann).status, 200);
  const Response third = ask(gate, ann);
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.log, R"({"key":"ann"})");
  EXPECT_THAT(third.headers, Contains(Pair("Retry-After", "30")));
  EXPECT_EQ(ask(gate, bob).status, 200);
  EXPECT_THAT(ask(gate, bob).headers, Contains(Pair("Retry-After", "86400")));
  EXPECT_EQ(ask(gate, Headers{}).status, 401);
  EXPECT_EQ(refused, (std::vector<int>{429, 429, 401}));
}

TEST_F(GateTest, CountsWhatAnAddressAsksAlsoWithoutKeys) {
  GateOptions open;
  open.address_per_minute = 1;
  Gate gate(open);
  Request request{"POST", "/predict/", "", {}, ""};
  EXPECT_EQ(ask(gate, request).body, "in");
  EXPECT_EQ(ask(gate, request).status, 429);
  request.client[0] = 1;
  EXPECT_EQ(ask(gate, request).body, "in");
  request.path = kSignInPath;  // whoever tries keys
  EXPECT_EQ(ask(gate, request).status, 429);
  request.path = "/healthz";
  EXPECT_EQ(ask(gate, request).body, "in");
  EXPECT_EQ(ask(gate, request).body, "in");
}

TEST(Cookie, IsFoundAmongOthers) {
  const Request request{"GET", "/", "", {{"cookie", "a=1; ab=2;c = x"}, {"cookie", "d=3=4"}}, ""};
  EXPECT_EQ(cookie(request, "a"), "1");
  EXPECT_EQ(cookie(request, "ab"), "2");
  EXPECT_EQ(cookie(request, "d"), "3=4");
  EXPECT_EQ(cookie(request, "b"), "");
}

}  // namespace
}  // namespace inkling
