#include "server/sign_in.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/service.h"
#include "tests/server/reply_into.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using Json = nlohmann::json;

constexpr auto kKey = "inkling_key";

// The whole service behind its gate.
class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    std::ofstream(folder_.path() / "keys") << line_of("ann", kKey);
    std::ofstream(folder_.path() / "index.html") << "page";
    GateOptions options;
    options.api_keys = folder_.path() / "keys";
    gate_ = std::make_unique<Gate>(options);
  }

  ServiceParts parts() const {
    return {model_, ready_, "1.2.3", 12345, "", nullptr, &metrics_, gate_.get()};
  }
  Response ask(const Router& router, const Request& request) const {
    Response answer;
    gate_->guard([&router](const Request& passed, const Reply& reply) {
      router.handle(passed, reply);
    })(request, reply_into(answer));
    return answer;
  }

  TemporaryFolder folder_;
  CurrentModel model_{
      {{[](std::span<const std::uint8_t> /*digit*/) { return std::vector<float>(10, 0.1F); },
        nullptr, "Model"},
       ""}};
  std::atomic<bool> ready_ = true;
  mutable Metrics metrics_{"1.2.3"};
  std::unique_ptr<Gate> gate_;
};

TEST_F(SignInTest, EveryRouteOfBothPortsNeedsAKeyButHealthAndSignIn) {
  const std::set<std::string> open = {"/healthz", "/readyz", "/v2/health/live", "/v2/health/ready",
                                      "/signin"};
  for (const Router& router : {api_router(parts()), page_router(parts(), folder_.path())}) {
    EXPECT_GE(router.routes().size(), 15U);
    for (const Route& route : router.routes()) {
      const Response answer = ask(router, {route.method, route.path, "", {}, "key=wrong"});
      const bool refused =
          answer.status == 401 && answer.body == R"({"detail":"Not authenticated"})";
      EXPECT_EQ(refused, !open.contains(route.path)) << route.method << ' ' << route.path;
    }
    EXPECT_EQ(ask(router, {"GET", "/no/such/path", "", {}, ""}).status, 401);
  }
}

TEST_F(SignInTest, AKeyBeginsASessionThatOpensThePage) {
  const Router router = page_router(parts(), folder_.path());
  EXPECT_THAT(ask(router, {"GET", "/signin", "", {}, ""}).body, HasSubstr("type=\"password\""));
  const Response wrong = ask(router, {"POST", "/signin", "", {}, "key=wrong"});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.body, HasSubstr("role=\"alert\""));
  EXPECT_EQ(ask(router, {"POST", "/signin", "", {}, ""}).status, 401);
  EXPECT_EQ(ask(router, {"POST", "/signin", "", {}, std::string("other=") + kKey}).status, 401);

  const Headers from_elsewhere = {{"sec-fetch-site", "cross-site"}};
  EXPECT_EQ(ask(router, {"POST", "/signin", "", from_elsewhere, std::string("key=") + kKey}).status,
            403);

  const Response right =
      ask(router, {"POST", "/signin", "", {}, std::string("a=b&key=+") + kKey + "%0D%0A"});
  EXPECT_EQ(right.status, 303);
  EXPECT_THAT(right.headers, Contains(Pair("Location", "./")));
  EXPECT_THAT(right.headers, Contains(Pair("Cache-Control", "no-store")));
  const auto set = std::find_if(right.headers.begin(), right.headers.end(),
                                [](const auto& header) { return header.first == "Set-Cookie"; });
  ASSERT_NE(set, right.headers.end());
  const Headers session = {{"cookie", set->second.substr(0, set->second.find(';'))}};
  EXPECT_EQ(ask(router, {"GET", "/", "", session, ""}).body, "page");
  EXPECT_THAT(ask(router, {"GET", "/signin", "", session, ""}).body, HasSubstr("signed in as ann"));

  const Response out = ask(router, {"POST", "/signout", "", session, ""});
  EXPECT_EQ(out.status, 303);
  EXPECT_THAT(out.headers, Contains(Pair("Set-Cookie", HasSubstr("Max-Age=0"))));
}

TEST_F(SignInTest, TheDescriptionSaysWhatNeedsAKey) {
  const Router router = api_router(parts());
  const Headers key = {{"x-api-key", kKey}};
  const Json document = Json::parse(ask(router, {"GET", "/openapi.json", "", key, ""}).body);
  EXPECT_EQ(document["security"].size(), 3U);
  std::set<std::pair<std::string, std::string>> described;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      described.emplace(method, path);
      const bool open = operation.contains("security");
      const Response answer =
          ask(router, {method == "get" ? "GET" : "POST", path, "", {}, "key=wrong"});
      EXPECT_EQ(open, answer.body != R"({"detail":"Not authenticated"})") << path;
      EXPECT_TRUE(open || operation["responses"].contains("401")) << path;
      EXPECT_EQ(operation["responses"].contains("429"), !is_health(path)) << path;
    }
  }
  EXPECT_EQ(described.size(), router.routes().size());
  EXPECT_THAT(ask(router, {"GET", "/docs", "", key, ""}).body, HasSubstr("/signout"));
}

TEST_F(SignInTest, TheDescriptionSaysWhatMayComeTooOftenWithoutKeys) {
  for (const std::optional<int> limit : {std::optional<int>(), std::optional(5)}) {
    GateOptions options;
    options.address_per_minute = limit;
    gate_ = std::make_unique<Gate>(options);
    const Response answer = ask(api_router(parts()), {"GET", "/openapi.json", "", {}, ""});
    const Json document = Json::parse(answer.body);
    EXPECT_FALSE(document.contains("security"));
    const auto& paths = document["paths"];
    EXPECT_EQ(paths["/predict/"]["post"]["responses"].contains("429"), limit.has_value());
    EXPECT_FALSE(paths["/healthz"]["get"]["responses"].contains("429"));
  }
}

TEST_F(SignInTest, WithoutKeysThereIsNoSuchPage) {
  gate_ = std::make_unique<Gate>(GateOptions{});
  const Router router = api_router(parts());
  EXPECT_EQ(ask(router, {"GET", "/signin", "", {}, ""}).status, 404);
  EXPECT_EQ(ask(router, {"GET", "/", "", {}, ""}).status, 200);
  EXPECT_THAT(ask(router, {"GET", "/openapi.json", "", {}, ""}).body, Not(HasSubstr("security")));
}

}  // namespace
}  // namespace inkling
