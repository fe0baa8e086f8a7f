// Pictures in JSON, several in one form, and large ones.
#include <atomic>
#include <future>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/base64.h"
#include "tests/server/predicting.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string numbers(int count, const std::string& each = "0") {
  std::string text = "[";
  for (int i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + each;
  }
  return text + "]";
}

Response ask_json(const std::string& body, const std::string& query = "") {
  return ask(always_seven, "application/json; charset=utf-8", body, 0, query);
}

TEST(PredictJson, TakesTheNetworksOwnPixels) {
  std::vector<std::uint8_t> seen;
  const Classify classify = [&](std::span<const std::uint8_t> digit) {
    seen.assign(digit.begin(), digit.end());
    return always_seven(digit);
  };
  std::string pixels = numbers(782);
  pixels.insert(1, "255,127.6,");
  const Response answer =
      ask(classify, "application/json",
          R"({"before":[1,{"pixels":3}],"pixels":)" + pixels + R"(,"after":{}})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Json::parse(answer.body)["predicted_digit"], 7);
  ASSERT_EQ(seen.size(), 784U);
  EXPECT_EQ(seen[0], 255);
  EXPECT_EQ(seen[1], 128);
  EXPECT_EQ(seen[2], 0);
}

TEST(PredictJson, TakesAFileInBase64) {
  const std::string png = png_of(stroke());
  const std::string text = base64({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
  const std::string form = ask(always_seven, kFormType, file_form("file", png)).body;
  EXPECT_EQ(ask_json(R"({"image":")" + text + "\"}").body, form);
  EXPECT_EQ(ask_json(R"({"image":"data:image/png;base64,)" + text + "\"}").body, form);
  EXPECT_EQ(ask_json(R"({"image":"bm8="})").status, 415) << "it is no picture";
}

TEST(PredictJson, SaysWhatItExpectedOfOtherJson) {
  const auto problem_of = [](const std::string& body) {
    const Response answer = ask_json(body);
    EXPECT_EQ(answer.status, 422) << body;
    return Json::parse(answer.body)["detail"][0];
  };
  for (const std::string body : {"", "{", "[]", "7", "\"x\"", "{\"pixels\":[0", "\xFF", "{} {}"}) {
    const Json problem = problem_of(body);
    EXPECT_EQ(problem["type"], "json_invalid") << body;
    EXPECT_EQ(problem["loc"], Json::array({"body"})) << body;
  }
  EXPECT_EQ(problem_of("{}")["type"], "missing");
  EXPECT_EQ(problem_of("{}")["loc"], Json::array({"body", "file"})) << "as the contract has it";
  for (const std::string& pixels :
       {numbers(783), numbers(785), numbers(784, "256"), numbers(784, "-1"), numbers(784, "null"),
        numbers(784, "[0]"), std::string("7"), std::string("{}"), std::string("null")}) {
    const Json problem = problem_of(R"({"pixels":)" + pixels + "}");
    EXPECT_EQ(problem["loc"], Json::array({"body", "pixels"}));
    EXPECT_THAT(problem["msg"].get<std::string>(), HasSubstr("784 numbers from 0 to 255"));
  }
  for (const std::string image : {"7", "[]", "\"%\"", "\"data:image/png,x\""}) {
    EXPECT_EQ(problem_of(R"({"image":)" + image + "}")["loc"], Json::array({"body", "image"}));
  }
  EXPECT_THAT(problem_of(R"({"image":"","pixels":)" + numbers(784) + "}").dump(),
              HasSubstr("received both"));
}

std::string file_part(const std::string& field, const std::string& name, const std::string& data) {
  return "--BOUNDARY\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" +
         name + "\"\r\n\r\n" + data + "\r\n";
}

Response ask_batch(const std::string& body, const std::string& query = "") {
  Response answer;
  const Request request{"POST", "/predict/batch", query, {{"content-type", kFormType}}, body};
  const CurrentModel model({{always_seven, explained, "Model", 0}, "", "{}"});
  batch_handler(model)(request, reply_into(answer));
  return answer;
}

TEST(Predict, DecodesALargePictureOnceThereIsMemoryForIt) {
  Picture picture = plain_picture(1500, 1500, kWhite);
  draw_line(picture, 750, 300, 750, 1200, 100, kBlack);
  DecodingMemory memory(std::size_t{64} << 20U);
  std::atomic<bool> is_given_back = false;
  std::future<int> status;
  {
    const auto all = memory.take(std::size_t{64} << 20U);
    status = std::async(std::launch::async, [&] {
      Response answer;
      const Request request{"POST",
                            "/predict/",
                            "",
                            {{"content-type", kFormType}},
                            file_form("file", png_of(picture))};
      const Classify says_when = [&](std::span<const std::uint8_t> digit) {
        EXPECT_TRUE(is_given_back);
        EXPECT_EQ(memory.free(), std::size_t{64} << 20U) << "its pixels are not needed any more";
        return always_seven(digit);
      };
      const CurrentModel model({{says_when, explained, "Model", 0}, "", "{}"});
      predict_handler(model, nullptr, &memory)(request, reply_into(answer));
      return answer.status;
    });
    is_given_back = true;
  }
  EXPECT_EQ(status.get(), 200);
  EXPECT_EQ(memory.free(), std::size_t{64} << 20U);
}

TEST(Predict, LeavesAPictureToTheBatcherButNotItsSaliency) {
  const CurrentModel model({{always_seven, explained, "Model", 0}, "", "{}"});
  Batcher batcher;
  const auto post = [&](const char* query, Response& answer) {
    answer.status = 0;
    const Request request{"POST",
                          "/predict/",
                          query,
                          {{"content-type", kFormType}},
                          file_form("file", png_of(stroke()))};
    predict_handler(model, nullptr, nullptr, &batcher)(request, reply_into(answer));
  };
  Response explained_answer;
  post("explain=true", explained_answer);
  EXPECT_EQ(explained_answer.status, 200);
  Response answer;
  post("top_k=2", answer);
  EXPECT_EQ(answer.status, 0);
  batcher.job_done(std::nullopt);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body).at("top_k").size(), 2U);
}

TEST(PredictBatch, AnswersEachFileInItsOrder) {
  const std::string png = png_of(stroke());
  const std::string blank = png_of(plain_picture(20, 20, kWhite));
  const Response answer = ask_batch(
      file_part("files", "a.png", png) + file_part("other", "b", "x") +
          file_part("files", "c \\\"d\\\" .png", blank) + file_part("file", "d", "no picture") +
          file_part("files", "e.png", png) + "--BOUNDARY--",
      "top_k=1");
  EXPECT_EQ(answer.status, 200) << answer.body;
  const Json predictions = Json::parse(answer.body)["predictions"];
  ASSERT_EQ(predictions.size(), 4U);
  const std::vector<std::pair<std::string, int>> expected = {
      {"a.png", 200}, {"c \"d\" .png", 400}, {"d", 415}, {"e.png", 200}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(predictions[i]["filename"], expected[i].first);
    EXPECT_EQ(predictions[i]["status"], expected[i].second) << i;
  }
  EXPECT_EQ(predictions[0]["predicted_digit"], 7);
  EXPECT_EQ(predictions[0]["top_k"].size(), 1U);
  EXPECT_THAT(predictions[1]["error"].get<std::string>(), HasSubstr("blank"));
  EXPECT_THAT(predictions[2]["error"].get<std::string>(), HasSubstr("PNG"));
}

TEST(PredictBatch, RefusesAFormWithoutFiles) {
  for (const std::string& body : {std::string(), file_part("other", "b", "x") + "--BOUNDARY--"}) {
    const Response answer = ask_batch(body);
    EXPECT_EQ(answer.status, 422) << body;
    EXPECT_EQ(Json::parse(answer.body)["detail"][0]["loc"], Json::array({"body", "files"}));
  }
  EXPECT_EQ(ask_batch("nonsense").status, 400);
  EXPECT_EQ(ask_batch(file_part("files", "a", "x") + "--BOUNDARY--", "explain=x").status, 422);
  std::string many;
  for (int i = 0; i < 33; ++i) {
    many += file_part("files", "a", "x");
  }
  EXPECT_THAT(ask_batch(many + "--BOUNDARY--").body, HasSubstr("too many parts"));
}

}  // namespace
}  // namespace inkling
