#include "server/service.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/openapi.h"
#include "server/pages.h"
#include "tests/server/reply_into.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

CurrentModel model{
    {{[](std::span<const std::uint8_t> /*digit*/) { return std::vector<float>(10, 0.1F); },
      [](std::span<const std::uint8_t> /*digit*/, int /*answer*/) {
        return std::vector<std::int8_t>(784);
      },
      "Model", 0.5},
     "# Card <1>",
     R"({"name":"Model"})"}};
std::atomic<bool> ready = true;
Metrics metrics("1.2.3");
const ServiceParts kParts = {model,   ready,   "1.2.3", 12345, "https://example.org/source",
                             nullptr, &metrics};

Response ask(const Router& router, const std::string& path) {
  Response answer;
  const Request request{"GET", path, "", {}, ""};
  router.handle(request, reply_into(answer));
  return answer;
}

Json document() { return Json::parse(ask(api_router(kParts), "/openapi.json").body); }

void collect_references(const Json& json, std::set<std::string>& references) {
  for (const auto& [key, value] : json.items()) {
    if (key == "$ref") {
      references.insert(value.get<std::string>());
    }
    if (value.is_structured()) {
      collect_references(value, references);
    }
  }
}

TEST(Service, TheApiWelcomes) {
  const Response response = ask(api_router(kParts), "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"message":"Welcome to the Digit Recognition API"})");
}

TEST(Service, ThePagesPortHasThePageAndTheApi) {
  const TemporaryFolder web;
  std::ofstream(web.path() / "index.html") << "page";
  const Router router = page_router(kParts, web.path());
  EXPECT_EQ(ask(router, "/").body, "page");
  const Router api = api_router(kParts);
  for (const Route& route : api.routes()) {
    const auto& routes = router.routes();
    EXPECT_NE(std::find(routes.begin(), routes.end(), route), routes.end()) << route.path;
  }
}

TEST(Service, SaysWhetherItIsAliveAndReady) {
  const Router api = api_router(kParts);
  EXPECT_EQ(ask(api, "/healthz").body, R"({"status":"alive"})");
  EXPECT_EQ(ask(api, "/readyz").status, 200);
  ready = false;
  EXPECT_EQ(ask(api, "/readyz").status, 503);
  EXPECT_EQ(ask(api, "/readyz").body, R"({"status":"stopping"})");
  EXPECT_EQ(ask(api, "/healthz").status, 200);
  ready = true;
}

TEST(Service, CountsWhatFoundNoRoute) {
  const Router api = api_router(kParts);
  ask(api, "/no/such/path");
  ask(api, "/predict/");
  const std::string text = ask(api, "/metrics").body;
  EXPECT_THAT(text, HasSubstr(R"(inkling_refused_total{status="404"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(inkling_refused_total{status="405"} 1)"));
}

TEST(Service, SaysOfTheModelWhatIsTrueOfTheOneThatAnswersNow) {
  const Router api = api_router(kParts);
  EXPECT_EQ(ask(api, "/model").body, R"({"name":"Model"})");
  const auto before = model.get();
  ServedModel next = *before;
  next.facts = R"({"name":"Next"})";
  next.recognizer.model_name = "Next";
  model.replace(next);
  EXPECT_EQ(ask(api, "/model").body, R"({"name":"Next"})");
  EXPECT_THAT(ask(api, "/about").body, HasSubstr("Model: Next</h2>"));
  model.replace(*before);
}

TEST(OpenApi, DescribesTheRoutesThatExistAndNoOther) {
  std::set<std::pair<std::string, std::string>> described;
  const Json paths = document()["paths"];
  for (const auto& [path, operations] : paths.items()) {
    for (const auto& [method, operation] : operations.items()) {
      described.emplace(method, path);
    }
  }
  std::set<std::pair<std::string, std::string>> existing;
  const Router api = api_router(kParts);
  for (Route route : api.routes()) {
    for (char& c : route.method) {
      c = static_cast<char>(c | 0x20);
    }
    existing.emplace(route.method, route.path);
  }
  EXPECT_EQ(described, existing);
}

TEST(OpenApi, IsWellFormed) {
  const Json openapi = document();
  EXPECT_EQ(openapi["openapi"], "3.1.0");
  EXPECT_EQ(openapi["info"]["version"], "1.2.3");
  EXPECT_EQ(openapi["components"]["schemas"]["Error"]["required"], Json::array({"error"}));
  EXPECT_EQ(openapi["components"]["schemas"]["ValidationError"]["properties"]["detail"]["type"],
            "array");
  std::set<std::string> references;
  collect_references(openapi, references);
  for (const std::string& reference : references) {
    EXPECT_TRUE(openapi.contains(Json::json_pointer(reference.substr(1)))) << reference;
  }
  const Json form = openapi["paths"]["/predict/"]["post"]["requestBody"]["content"];
  EXPECT_EQ(form["multipart/form-data"]["schema"]["required"], Json::array({"file"}));
  EXPECT_THAT(openapi.dump(), HasSubstr("12345"));
}

TEST(Docs, ShowEveryPathAndEscapeWhatTheyShow) {
  const Response page = ask(api_router(kParts), "/docs");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("/predict/"));
  EXPECT_THAT(page.body, HasSubstr("id=\"Prediction\""));
  EXPECT_THAT(page.body, testing::Not(HasSubstr("<script")));
  EXPECT_THAT(page.body, testing::Not(HasSubstr("http://")));
  EXPECT_THAT(
      docs_page(openapi_document({.version = "<b>&\"", .max_body = 1}), Navigation::api_alone),
      HasSubstr("&lt;b&gt;&amp;&quot;"));
}

TEST(About, ShowsModelCardVersionAndSource) {
  const std::string page = ask(api_router(kParts), "/about").body;
  EXPECT_THAT(page, HasSubstr("Version 1.2.3"));
  EXPECT_THAT(page, HasSubstr("<pre># Card &lt;1&gt;</pre>"));
  EXPECT_THAT(page, HasSubstr("href=\"https://example.org/source\""));
  const std::string unknown = about_page({"1", "Own", "", ""}, Navigation::api_alone);
  EXPECT_THAT(unknown, HasSubstr("Model: Own</h2><p>This model has no card."));
  EXPECT_THAT(unknown, HasSubstr("does not know where"));
}

// Every page links to the others; the API's port has nothing to draw on.
TEST(Pages, LinkToEachOther) {
  const TemporaryFolder web;
  std::ofstream(web.path() / "index.html") << "page";
  const Router with_page = page_router(kParts, web.path());
  for (const char* path : {"/docs", "/about"}) {
    for (const Router& router : {api_router(kParts), with_page}) {
      EXPECT_THAT(ask(router, path).body, HasSubstr("<a href=\"docs\">API</a>"));
      EXPECT_THAT(ask(router, path).body, HasSubstr("<a href=\"about\">About</a>"));
    }
    EXPECT_THAT(ask(with_page, path).body, HasSubstr("<a href=\".\">Draw a digit</a>"));
    EXPECT_THAT(ask(api_router(kParts), path).body, testing::Not(HasSubstr("Draw a digit")));
  }
}

}  // namespace
}  // namespace inkling
