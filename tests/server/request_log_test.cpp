#include "server/request_log.h"

#include <regex>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include "tests/server/reply_into.h"

namespace inkling {
namespace {

using Json = nlohmann::json;

constexpr auto kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// The lines that a handler's answers are logged with.
class RequestLog : public testing::Test {
 protected:
  RequestLog() { log_->set_pattern("%v"); }

  Response ask(Handler handler, const Request& request) {
    Response answer;
    logged(std::move(handler), "api", log_)(request, reply_into(answer));
    return answer;
  }
  std::string text() {
    log_->flush();
    return text_.str();
  }

  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> log_ = std::make_shared<spdlog::logger>(
      "requests", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
  Request request_{
      "POST",   "/a\"b", "secret=1", {{"authorization", "secret"}, {"traceparent", kTraceparent}},
      "secret", {},      "id-1"};
};

TEST_F(RequestLog, SaysWhatWasAskedAndAnsweredAndNothingThatIsNobodysBusiness) {
  const Response answer = ask(
      [](const Request&, const Reply& reply) {
        Response response = json_response(201, "1234");
        response.log = R"({"digit":7})";
        reply(std::move(response));
      },
      request_);
  EXPECT_EQ(answer.status, 201);
  const Json line = Json::parse(text());
  EXPECT_TRUE(std::regex_match(line["time"].get<std::string>(),
                               std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")))
      << line;
  EXPECT_GE(line["ms"].get<double>(), 0);
  EXPECT_EQ(line["id"], "id-1");
  EXPECT_EQ(line["trace"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(line["port"], "api");
  EXPECT_EQ(line["method"], "POST");
  EXPECT_EQ(line["path"], "/a\"b");
  EXPECT_EQ(line["status"], 201);
  EXPECT_EQ(line["in"], 6);
  EXPECT_EQ(line["out"], 4);
  EXPECT_EQ(line["digit"], 7);
  EXPECT_EQ(text().find("secret"), std::string::npos);
}

TEST_F(RequestLog, HasOneLineForEachRequestHoweverItIsAnswered) {
  ask(
      [](const Request&, const Reply& reply) {
        reply({200, {}, ""});
        reply({404, {}, ""});
      },
      request_);
  EXPECT_EQ(Json::parse(text())["status"], 200);
  text_.str("");
  ask([](const Request&, const Reply&) {}, request_);
  EXPECT_EQ(Json::parse(text())["status"], 500);
  text_.str("");
  EXPECT_THROW(
      ask([](const Request&, const Reply&) { throw std::runtime_error("secret"); }, request_),
      std::runtime_error);
  EXPECT_EQ(Json::parse(text())["status"], 500);
}

TEST(TraceId, IsThatOfAW3cTraceparentAlone) {
  EXPECT_EQ(trace_id(kTraceparent), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace_id(std::string(kTraceparent) + "-later"), "0af7651916cd43dd8448eb211c80319c");
  for (const std::string text : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                                 "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                 "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                 "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                 "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x"}) {
    EXPECT_EQ(trace_id(text), "") << text;
  }
}

}  // namespace
}  // namespace inkling
