#include "server/http/router.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/server/reply_into.h"

namespace inkling {
namespace {

Handler says(const std::string& text) {
  return [text](const Request&, const Reply& reply) { reply({200, {}, text}); };
}

Response ask(const Router& router, const std::string& method, const std::string& path) {
  Response answer;
  Request request;
  request.method = method;
  request.path = path;
  router.handle(request, reply_into(answer));
  return answer;
}

std::string allow_of(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Allow") {
      return value;
    }
  }
  return "no Allow";
}

TEST(Router, FindsTheHandlerOfMethodAndPath) {
  Router router;
  router.add("GET", "/", says("root"));
  router.add("GET", "/a", says("get a"));
  router.add("POST", "/a", says("post a"));
  EXPECT_EQ(ask(router, "GET", "/").body, "root");
  EXPECT_EQ(ask(router, "GET", "/a").body, "get a");
  EXPECT_EQ(ask(router, "POST", "/a").body, "post a");
}

TEST(Router, IgnoresATrailingSlash) {
  Router router;
  router.add("GET", "/with/", says("with"));
  router.add("GET", "/without", says("without"));
  EXPECT_EQ(ask(router, "GET", "/with").body, "with");
  EXPECT_EQ(ask(router, "GET", "/with/").body, "with");
  EXPECT_EQ(ask(router, "GET", "/without/").body, "without");
  EXPECT_EQ(ask(router, "GET", "/without//").status, 404);
}

TEST(Router, HeadGoesWhereGetGoes) {
  Router router;
  router.add("GET", "/a", says("a"));
  router.add("POST", "/b", says("b"));
  EXPECT_EQ(ask(router, "HEAD", "/a").body, "a");
  EXPECT_EQ(ask(router, "HEAD", "/b").status, 405);
}

TEST(Router, UndoesPercentEncoding) {
  Router router;
  router.add("GET", "/a b", says("it"));
  EXPECT_EQ(ask(router, "GET", "/a%20b").body, "it");
  EXPECT_EQ(ask(router, "GET", "/%61%20b/").body, "it");
  for (const auto* path : {"/a%2", "/a%", "/a%zzb", "/a%+2b", "/a%2520b", "/a+b", "/a%20b%00"}) {
    EXPECT_EQ(ask(router, "GET", path).status, 404) << path;
  }
}

TEST(Router, ATrailingSlashMatters) {
  Router router;
  router.add("GET", "/file", says("it"), TrailingSlash::matters);
  EXPECT_EQ(ask(router, "GET", "/file").body, "it");
  EXPECT_EQ(ask(router, "GET", "/file/").status, 404);
}

TEST(Router, AnUnknownPathIsNotFound) {
  Router router;
  router.add("GET", "/a", says("a"));
  for (const auto* path : {"/", "/b", "/a/b", "/A", "a", "", "/a%2f", "/../a"}) {
    const Response response = ask(router, "GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body, R"({"detail":"Not Found"})");
  }
}

TEST(Router, AnotherMethodIsNotAllowedAndTheAllowedAreNamed) {
  Router router;
  router.add("GET", "/a", says(""));
  router.add("POST", "/a", says(""));
  router.add("POST", "/b", says(""));
  const Response response = ask(router, "DELETE", "/a");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, R"({"detail":"Method Not Allowed"})");
  EXPECT_EQ(allow_of(response), "GET, HEAD, POST");
  EXPECT_EQ(allow_of(ask(router, "get", "/b")), "POST");
}

TEST(Router, OneSegmentMayBeAParameter) {
  Router router;
  router.add("GET", "/m/{name}", says("model"));
  router.add("POST", "/m/{name}/infer", says("infer"));
  router.add("GET", "/m/list", says("list"));
  EXPECT_EQ(ask(router, "GET", "/m/a").body, "model");
  EXPECT_EQ(ask(router, "GET", "/m/a%20b/").body, "model");
  EXPECT_EQ(ask(router, "POST", "/m/a/infer").body, "infer");
  EXPECT_EQ(ask(router, "GET", "/m/list").body, "list") << "what is there by name comes first";
  EXPECT_EQ(ask(router, "GET", "/m/a/infer").status, 405);
  for (const auto* path : {"/m", "/m/", "/m//infer", "/m/a/b/infer", "/m/a/other"}) {
    EXPECT_EQ(ask(router, "GET", path).status, 404) << path;
  }
}

TEST(Router, OptionsAsksWhatIsAllowed) {
  Router router;
  router.add("GET", "/a", says(""));
  const Response response = ask(router, "OPTIONS", "/a");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(allow_of(response), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask(router, "OPTIONS", "/b").status, 404);
  EXPECT_EQ(ask(router, "OPTIONS", "*").status, 204);
  EXPECT_EQ(ask(router, "GET", "*").status, 400);
}

TEST(Router, ListsItsRoutesInOrderAndRejectsASecondHandler) {
  Router router;
  router.add("POST", "/b/", says(""));
  router.add("GET", "/a", says(""));
  const std::vector<Route> expected = {{"POST", "/b/"}, {"GET", "/a"}};
  EXPECT_EQ(router.routes(), expected);
  EXPECT_THROW(router.add("POST", "/b", says("")), std::logic_error);
}

}  // namespace
}  // namespace inkling
