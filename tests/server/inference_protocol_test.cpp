#include "server/inference_protocol.h"

#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/infer_request.h"
#include "tests/server/reply_into.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr int kSide = 2;

// Of pictures of 2 × 2: the class is the first pixel's number.
std::vector<float> first_pixel(std::span<const std::uint8_t> pictures) {
  std::vector<float> probabilities;
  for (std::size_t at = 0; at < pictures.size(); at += kSide * kSide) {
    for (int number = 0; number < 10; ++number) {
      probabilities.push_back(pictures[at] == number ? 0.75F : 0.0F);
    }
  }
  return probabilities;
}

class InferenceProtocol : public testing::Test {
 protected:
  InferenceProtocol() {
    add_inference_protocol(router_, model_, ready_, "1.2.3", nullptr, &metrics_);
  }

  Response ask(const std::string& method, const std::string& path, const std::string& body = "",
               const Headers& headers = {}) const {
    Response answer;
    router_.handle({method, path, "", headers, body}, reply_into(answer));
    return answer;
  }
  Response infer(const std::string& body, const Headers& headers = {}) const {
    return ask("POST", "/v2/models/Small%20one/infer", body, headers);
  }
  std::string error_of(const std::string& body, const Headers& headers = {}) const {
    const Response answer = infer(body, headers);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return Json::parse(answer.body)["error"];
  }

  CurrentModel model_{{{first_pixel, nullptr, "Small one", 0, kSide}, "", "{}"}};
  std::atomic<bool> ready_ = true;
  Router router_;
  Metrics metrics_{"1.2.3"};
};

Json input(const Json& shape, const Json& data, const std::string& datatype = "UINT8") {
  return {{"name", "pixels"}, {"shape", shape}, {"datatype", datatype}, {"data", data}};
}

std::string body_of(const Json& one_input) { return Json{{"inputs", {one_input}}}.dump(); }

TEST_F(InferenceProtocol, SaysWhatItIsAndWhetherItIsReady) {
  EXPECT_EQ(Json::parse(ask("GET", "/v2").body)["version"], "1.2.3");
  EXPECT_EQ(ask("GET", "/v2/health/live").body, R"({"live":true})");
  EXPECT_EQ(ask("GET", "/v2/health/ready").body, R"({"ready":true})");
  EXPECT_EQ(ask("GET", "/v2/models/Small%20one/ready").body,
            R"({"name":"Small one","ready":true})");
  ready_ = false;
  EXPECT_EQ(ask("GET", "/v2/health/live").status, 200);
  EXPECT_EQ(ask("GET", "/v2/health/ready").status, 503);
  EXPECT_EQ(ask("GET", "/v2/models/Small%20one/ready").status, 503);
}

TEST_F(InferenceProtocol, DescribesTheModel) {
  const Json model = Json::parse(ask("GET", "/v2/models/Small%20one").body);
  EXPECT_EQ(model["name"], "Small one");
  EXPECT_EQ(model["inputs"][0],
            Json({{"name", "pixels"}, {"datatype", "UINT8"}, {"shape", {-1, 2, 2}}}));
  EXPECT_EQ(model["outputs"][0],
            Json({{"name", "probabilities"}, {"datatype", "FP32"}, {"shape", {-1, 10}}}));
  EXPECT_EQ(model["outputs"][1], Json({{"name", "digit"}, {"datatype", "INT64"}, {"shape", {-1}}}));
  EXPECT_EQ(ask("GET", "/%762/models/Small%20one").body, ask("GET", "/v2/models/Small%20one").body);
  EXPECT_EQ(ask("GET", "/v2/models/Other").status, 404);
  EXPECT_EQ(ask("POST", "/v2/models/Other/infer", "{}").status, 404);
}

TEST_F(InferenceProtocol, InfersFromFlatAndNestedNumbers) {
  const std::vector<std::string> bodies = {
      body_of(input({2, 2, 2}, {7, 0, 0, 0, 3, 0, 0, 255})),
      body_of(input({2, 1, 2, 2}, {{{{7, 0}, {0, 0}}}, {{{3, 0}, {0, 255}}}})),
      body_of(input({2, 2, 2}, {6.7, 0, 0, 0, 3.2, 0, 0, 255}, "FP32"))};
  for (const std::string& body : bodies) {
    const Response response = infer(body);
    EXPECT_EQ(response.status, 200) << response.body;
    const Json answer = Json::parse(response.body);
    EXPECT_EQ(answer["model_name"], "Small one");
    EXPECT_FALSE(answer.contains("id"));
    ASSERT_EQ(answer["outputs"].size(), 2U);
    const Json& probabilities = answer["outputs"][0];
    EXPECT_EQ(probabilities["name"], "probabilities");
    EXPECT_EQ(probabilities["shape"], Json({2, 10}));
    EXPECT_EQ(probabilities["data"].size(), 20U);
    EXPECT_EQ(probabilities["data"][7], 0.75);
    EXPECT_EQ(answer["outputs"][1],
              Json({{"name", "digit"}, {"datatype", "INT64"}, {"shape", {2}}, {"data", {7, 3}}}));
  }
}

TEST_F(InferenceProtocol, ItsPredictionsAreCounted) {
  infer(body_of(input({3, 2, 2}, {7, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0})));
  const std::string text = metrics_.text();
  EXPECT_THAT(text, HasSubstr("inkling_predictions_total{class=\"7\"} 2"));
  EXPECT_THAT(text, HasSubstr("inkling_predictions_total{class=\"3\"} 1"));
  EXPECT_THAT(text, HasSubstr("inkling_confidence_count 3"));
  EXPECT_THAT(text, HasSubstr("inkling_batch_size_count 1"));
  EXPECT_THAT(text, HasSubstr("inkling_batch_size_sum 3"));
  EXPECT_THAT(text, HasSubstr("inkling_step_seconds_count{step=\"infer\"} 1"));
}

TEST_F(InferenceProtocol, AnswersWhatIsAskedForAndIgnoresWhatItDoesNotKnow) {
  Json body = {{"inputs", {input({1, 2, 2}, {5, 0, 0, 0})}},
               {"id", "a \"b\""},
               {"outputs", {{{"name", "digit"}, {"parameters", {{"classification", 1}}}}}},
               {"parameters", {{"priority", {1, {{"data", {1}}}}}}},
               {"later", {{"data", {"x"}}, {"shape", nullptr}}}};
  body["inputs"][0]["parameters"] = {{"content_type", "np"}};
  const Response response = infer(body.dump());
  EXPECT_EQ(response.status, 200) << response.body;
  const Json answer = Json::parse(response.body);
  EXPECT_EQ(answer["id"], "a \"b\"");
  ASSERT_EQ(answer["outputs"].size(), 1U);
  EXPECT_EQ(answer["outputs"][0]["data"], Json({5}));
}

TEST_F(InferenceProtocol, TakesAndGivesBinaryTensors) {
  Json one = {{"name", "pixels"},
              {"shape", {2, 2, 2}},
              {"datatype", "UINT8"},
              {"parameters", {{"binary_data_size", 8}}}};
  Json head = {{"inputs", {one}}, {"parameters", {{"binary_data_output", true}}}};
  const std::string json = head.dump();
  const std::string pixels("\x09\0\0\0\x02\0\0\xff", 8);
  const Headers headers = {{"inference-header-content-length", std::to_string(json.size())}};
  const Response response = infer(json + pixels, headers);
  EXPECT_EQ(response.status, 200) << response.body;
  const auto size =
      std::find_if(response.headers.begin(), response.headers.end(),
                   [](const auto& h) { return h.first == "Inference-Header-Content-Length"; });
  ASSERT_NE(size, response.headers.end());
  const std::size_t json_size = std::stoul(size->second);
  const Json answer = Json::parse(response.body.substr(0, json_size));
  EXPECT_EQ(answer["outputs"][0]["parameters"]["binary_data_size"], 80);
  EXPECT_EQ(answer["outputs"][1]["parameters"]["binary_data_size"], 16);
  ASSERT_EQ(response.body.size(), json_size + 96);
  std::int64_t digit = 0;
  std::memcpy(&digit, response.body.data() + json_size + 88, sizeof(digit));
  EXPECT_EQ(digit, 2);

  // One output in JSON all the same, the input in floats.
  one["datatype"] = "FP32";
  one["shape"] = {1, 2, 2};
  one["parameters"]["binary_data_size"] = 16;
  // By its name, as compilers differ in whether one element in braces is an array (CWG 2137).
  head["inputs"] = Json::array({one});
  head["outputs"] = Json::array({{{"name", "digit"}, {"parameters", {{"binary_data", false}}}}});
  const std::string floats_json = head.dump();
  const std::vector<float> floats = {4, 0, 0, 0};
  std::string bytes(16, '\0');
  std::memcpy(bytes.data(), floats.data(), bytes.size());
  const Response mixed =
      infer(floats_json + bytes,
            {{"inference-header-content-length", std::to_string(floats_json.size())}});
  EXPECT_EQ(Json::parse(mixed.body)["outputs"][0]["data"], Json({4}));
}

TEST_F(InferenceProtocol, SaysWhatItExpectedOfOtherBodies) {
  EXPECT_THAT(error_of(""), HasSubstr("expected JSON"));
  EXPECT_THAT(error_of("{\"inputs\":"), HasSubstr("expected JSON"));
  EXPECT_THAT(error_of("{}"), HasSubstr("one input, named pixels, received 0"));
  EXPECT_THAT(error_of("[{}]"), HasSubstr("one input"));
  Json named = input({1, 2, 2}, {0, 0, 0, 0});
  EXPECT_THAT(error_of(Json{{"inputs", {named, named}}}.dump()), HasSubstr("received 2"));
  named["name"] = "other";
  EXPECT_THAT(error_of(body_of(named)), HasSubstr("one named other"));
  EXPECT_THAT(error_of(body_of(input({1, 2, 2}, {0, 0, 0, 0}, "BYTES"))), HasSubstr("BYTES"));
  for (const Json& shape : {Json({4}), Json({0, 2, 2}), Json({1, 2, 3}), Json({1, 2, 2, 2}),
                            Json({257, 2, 2}), Json::array()}) {
    EXPECT_THAT(error_of(body_of(input(shape, {0, 0, 0, 0}))), HasSubstr("expected the shape"))
        << shape;
  }
  EXPECT_THAT(error_of(body_of(input({-1, 2, 2}, {0}))), HasSubstr("in shape"));
  EXPECT_THAT(error_of(body_of(input({1, "x", 2}, {0}))), HasSubstr("in shape"));
  EXPECT_THAT(error_of(body_of(input({1, 2, 2}, {0, 0, 0}))), HasSubstr("4 numbers in data"));
  EXPECT_THAT(error_of(body_of(input({1, 2, 2}, {0, 0, 0, 0, 0}))), HasSubstr("received 5"));
  for (const Json& wrong :
       {Json(256), Json(-1), Json("x"), Json(nullptr), Json(true), Json(Json::object())}) {
    EXPECT_THAT(error_of(body_of(input({1, 2, 2}, {0, 0, 0, wrong}))), HasSubstr("from 0 to 255"))
        << wrong;
  }
  EXPECT_THAT(error_of(body_of(input({256, 2, 2}, std::vector<int>(1025)))),
              HasSubstr("at most 256 pictures"));
  Json body = {{"inputs", {input({1, 2, 2}, {0, 0, 0, 0})}}, {"outputs", {{{"name", "logits"}}}}};
  EXPECT_THAT(error_of(body.dump()), HasSubstr("received logits"));
}

TEST_F(InferenceProtocol, SaysWhatItExpectedOfBinaryTensors) {
  const Json one = {{"name", "pixels"},
                    {"shape", {1, 2, 2}},
                    {"datatype", "UINT8"},
                    {"parameters", {{"binary_data_size", 4}}}};
  const std::string json = body_of(one);
  const auto with_size = [](const std::string& size) {
    return Headers{{"inference-header-content-length", size}};
  };
  const std::string size = std::to_string(json.size());
  EXPECT_EQ(infer(json + "abcd", with_size(size)).status, 200);
  EXPECT_THAT(error_of(json + "abc", with_size(size)), HasSubstr("4 bytes behind the JSON"));
  EXPECT_THAT(error_of(json + "abcde", with_size(size)), HasSubstr("received 5"));
  EXPECT_THAT(error_of(json, with_size("99999")), HasSubstr("99999 bytes of JSON"));
  for (const std::string wrong : {"", "x", "-1", "1x"}) {
    EXPECT_THAT(error_of(json, with_size(wrong)), HasSubstr("a number of bytes")) << wrong;
  }
}

}  // namespace
}  // namespace inkling
