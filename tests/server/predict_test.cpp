#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <turbojpeg.h>

#include "data/base64.h"
#include "tests/server/predicting.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST(Predict, AnswersTheDigitAndWhatItWasTakenFrom) {
  DigitPixels shown{};
  const Classify classify = [&](std::span<const std::uint8_t> digit) {
    std::copy(digit.begin(), digit.end(), shown.begin());
    return always_seven(digit);
  };
  const Response response = ask(classify, kFormType, file_form("file", png_of(stroke())));
  EXPECT_EQ(response.status, 200);
  const Json body = Json::parse(response.body);
  EXPECT_TRUE(body["predicted_digit"].is_number_integer());
  EXPECT_EQ(body["predicted_digit"], 7);
  EXPECT_EQ(body["predicted_class"], "7");
  EXPECT_FALSE(body.contains("classes")) << "they are digits";
  EXPECT_EQ(body["confidence"], 0.75);
  EXPECT_EQ(body["probabilities"], Json::parse("[0.0,0.0,0.0,0.0,0.0,0.0,0.25,0.75,0.0,0.0]"));
  EXPECT_EQ(body["abstain"], false);
  EXPECT_TRUE(body["reason"].is_null());
  EXPECT_EQ(body["model"], "Model");
  EXPECT_EQ(body["seen"], base64(shown));
  EXPECT_EQ(shown, prepare(stroke()));
  EXPECT_THAT(response.body, testing::StartsWith(R"({"predicted_digit":7,)"));
}

TEST(Predict, AbstainsWithAReasonBesideTheLikeliestDigit) {
  const Json unsure =
      Json::parse(ask(always_seven, kFormType, file_form("file", png_of(stroke())), 0.9).body);
  EXPECT_EQ(unsure["predicted_digit"], 7);
  EXPECT_EQ(unsure["abstain"], true);
  EXPECT_EQ(unsure["reason"], "unsure between 6 and 7");
  const auto all_alike = [](std::span<const std::uint8_t> /*digit*/) {
    return std::vector<float>(10, 0.1F);
  };
  const Json no_digit =
      Json::parse(ask(all_alike, kFormType, file_form("file", png_of(stroke())), 0.9).body);
  EXPECT_TRUE(no_digit["predicted_digit"].is_number_integer());
  EXPECT_EQ(no_digit["reason"], "not a digit");
}

TEST(Predict, ExplainsItselfWhenAsked) {
  const auto answer_to = [](const std::string& query) {
    return ask(always_seven, kFormType, file_form("file", png_of(stroke())), 0, query);
  };
  for (const char* query :
       {"", "explain=false", "explain=0", "other=true", "explain=true&explain=0"}) {
    EXPECT_FALSE(Json::parse(answer_to(query).body).contains("saliency")) << query;
  }
  std::vector<std::uint8_t> expected(784, 127);
  expected.front() = 256 - 127;
  for (const char* query : {"explain=true", "explain=1", "a=b&explain=true&c"}) {
    EXPECT_EQ(Json::parse(answer_to(query).body)["saliency"], base64(expected)) << query;
  }
  const Response wrong = answer_to("explain=perhaps");
  EXPECT_EQ(wrong.status, 422);
  const Json problem = Json::parse(wrong.body)["detail"][0];
  EXPECT_EQ(problem["type"], "bool_parsing");
  EXPECT_EQ(problem["loc"], Json::parse(R"(["query", "explain"])"));
  EXPECT_EQ(problem["input"], "perhaps");
  EXPECT_EQ(answer_to("explain").status, 422);
  EXPECT_EQ(answer_to("explain=\xff").status, 422) << "no UTF-8";
}

TEST(Predict, TakesTheLastOfSeveralFilesAndIgnoresOtherFields) {
  const std::string form =
      "--BOUNDARY\r\nContent-Disposition: form-data; name=other\r\n\r\nx\r\n"
      "--BOUNDARY\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nno picture\r\n" +
      file_form("file", png_of(stroke()));
  EXPECT_EQ(ask(always_seven, kFormType, form).status, 200);
}

TEST(Predict, TakesAPhotographsFormat) {
  const Picture picture = stroke();
  const std::unique_ptr<void, decltype(&tjDestroy)> encoder(tjInitCompress(), &tjDestroy);
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  ASSERT_EQ(tjCompress2(encoder.get(), picture.rgba.data(), picture.width, 0, picture.height,
                        TJPF_RGBA, &jpeg, &size, TJSAMP_420, 85, 0),
            0);
  const std::string content(reinterpret_cast<const char*>(jpeg), size);
  tjFree(jpeg);
  EXPECT_EQ(upload_of(content).status, 200);
}

TEST(Predict, ABlankPictureIsRejectedInTheContractsWords) {
  for (const Color& color : {kWhite, kBlack, kTransparent}) {
    const Response response = upload_of(png_of(plain_picture(30, 20, color)));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, R"({"error":"Image is blank. Please provide a valid digit."})");
    EXPECT_THAT(response.headers, testing::Contains(testing::Pair("X-Error-Code", "blank_image")));
  }
}

TEST(Predict, AMissingFileIsAnsweredAsFastApiDoes) {
  const std::string expected = R"({"detail":[{"type":"missing","loc":["body","file"],)"
                               R"("msg":"Field required","input":null}]})";
  for (const auto& [type, body] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {kFormType, ""},
           {kFormType, "--BOUNDARY--\r\n"},
           {kFormType, file_form("image", "x")},
           {"application/json", R"({"file": 1})"},
           {"application/x-www-form-urlencoded", "file=x"},
           {"image/png", png_of(stroke())}}) {
    const Response response = ask(always_seven, type, body);
    EXPECT_EQ(response.status, 422) << type;
    EXPECT_EQ(response.body, expected);
  }
}

TEST(Predict, AFieldThatIsNoFileIsAnsweredAsInvalid) {
  const Response response =
      ask(always_seven, kFormType,
          "--BOUNDARY\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--BOUNDARY--");
  EXPECT_EQ(response.status, 422);
  const Json problem = Json::parse(response.body)["detail"][0];
  EXPECT_EQ(problem["type"], "value_error");
  EXPECT_EQ(problem["loc"], Json({"body", "file"}));
}

TEST(Predict, WhatIsNoPictureIsRejectedWithAReason) {
  for (const std::string& content :
       {std::string(), std::string("hello"), std::string("\x89PNG\r\n\x1a\n"),
        png_of(stroke()).substr(0, 60)}) {
    const Response response = upload_of(content);
    EXPECT_EQ(response.status, 415);
    EXPECT_THAT(Json::parse(response.body)["error"].get<std::string>(), HasSubstr("PNG"));
  }
}

TEST(Predict, AMalformedFormIsRejectedWithAReason) {
  const Response response = ask(always_seven, kFormType, "--BOUNDARY\r\n");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("detail"));
  EXPECT_EQ(ask(always_seven, "multipart/form-data", "x").status, 400) << "no boundary";
}

TEST(Predict, NamesTheMostProbableClassesWhenAsked) {
  const auto ask_top = [](const std::string& query) {
    return ask(always_seven, kFormType, file_form("file", png_of(stroke())), 0, query);
  };
  const Json top = Json::parse(ask_top("top_k=4").body)["top_k"];
  ASSERT_EQ(top.size(), 4U);
  EXPECT_EQ(top[0], Json({{"class", "7"}, {"number", 7}, {"probability", 0.75}}));
  EXPECT_EQ(top[1]["number"], 6);
  EXPECT_EQ(top[2]["number"], 1);
  EXPECT_EQ(top[3]["number"], 0) << "of equals the first";
  EXPECT_EQ(Json::parse(ask_top("top_k=10").body)["top_k"].size(), 10U);
  EXPECT_FALSE(Json::parse(ask_top("").body).contains("top_k"));
  for (const std::string value : {"0", "11", "-1", "x", "", "1.5", "3x", "99999999999"}) {
    const Response answer = ask_top("top_k=" + value);
    EXPECT_EQ(answer.status, 422) << value;
    EXPECT_EQ(Json::parse(answer.body)["detail"][0]["loc"], Json::array({"query", "top_k"}));
  }
}

}  // namespace
}  // namespace inkling
