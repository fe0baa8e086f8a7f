#include "server/feedback.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/base64.h"
#include "data/png.h"
#include "data/prepare.h"
#include "tests/server/predicting.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string field(const std::string& name, const std::string& value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string form(const std::string& picture, const std::string& label,
                 const std::string& consent = "true") {
  return field("file\"; filename=\"f", picture) + field("label", label) +
         field("consent", consent) + "--b--\r\n";
}

class FeedbackTest : public testing::Test {
 protected:
  Response post(const std::string& body) {
    Response answer;
    const Request request{
        "POST", "/feedback", "", {{"content-type", "multipart/form-data; boundary=b"}}, body};
    feedback_handler(model_, store_)(request, reply_into(answer));
    return answer;
  }
  std::vector<Json> lines() const {
    std::vector<Json> all;
    std::ifstream file(folder_.path() / "kept" / "feedback.jsonl");
    for (std::string line; std::getline(file, line);) {
      all.push_back(Json::parse(line));
    }
    return all;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path() / "kept"), {}));
  }

  TemporaryFolder folder_;
  CurrentModel model_{{{always_seven, explained, "Model", 0}, "", "{}", "abc"}};
  FeedbackStore store_{folder_.path() / "kept", 10'000};
};

TEST_F(FeedbackTest, KeepsPicturePreparationAndCorrection) {
  const Response answer = post(form(png_of(stroke()), "4"));
  EXPECT_EQ(answer.status, 201);
  const Json body = Json::parse(answer.body);
  EXPECT_EQ(body["label"], 4);
  EXPECT_EQ(body["predicted_digit"], 7);
  ASSERT_EQ(lines().size(), 1U);
  const Json line = lines()[0];
  EXPECT_EQ(line["id"], body["id"]);
  EXPECT_EQ(line["label"], 4);
  EXPECT_EQ(line["predicted"], 7);
  EXPECT_EQ(line["consent"], true);
  EXPECT_EQ(line["model_sha256"], "abc");
  EXPECT_EQ(line["seen"], base64(prepare(stroke()).value()));
  const std::string png = read_text(folder_.path() / "kept" / line["picture"].get<std::string>());
  const Picture kept = decode_png({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
  EXPECT_EQ(kept.width, 100);
  EXPECT_EQ(prepare(kept), prepare(stroke()));
}

TEST_F(FeedbackTest, KeepsLargePicturesSmaller) {
  Picture large = plain_picture(1000, 500, kWhite);
  draw_line(large, 500, 100, 500, 400, 40, kBlack);
  EXPECT_EQ(post(form(png_of(large), "1")).status, 201);
  const std::string png =
      read_text(folder_.path() / "kept" / lines().at(0)["picture"].get<std::string>());
  const Picture kept = decode_png({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
  EXPECT_EQ(kept.width, 512);
  EXPECT_EQ(kept.height, 256);
}

TEST_F(FeedbackTest, TakesTheNameOfAClass) {
  model_.replace({{[](auto) {
                     return std::vector<float>{0.5F, 0.5F};
                   },
                   explained,
                   "Model",
                   0,
                   28,
                   {"Coat", "7"}},
                  "",
                  "{}"});
  EXPECT_EQ(Json::parse(post(form(png_of(stroke()), "Coat")).body)["label"], 0);
  EXPECT_EQ(Json::parse(post(form(png_of(stroke()), "7")).body)["label"], 1);
  EXPECT_EQ(Json::parse(post(form(png_of(stroke()), "0")).body)["label"], 0);
  EXPECT_EQ(post(form(png_of(stroke()), "2")).status, 422);
}

TEST_F(FeedbackTest, KeepsNothingOfWhatIsRefused) {
  const std::string png = png_of(stroke());
  for (const char* label : {"10", "-1", "4x", "", " 4"}) {
    const Response answer = post(form(png, label));
    EXPECT_EQ(answer.status, 422) << label;
    EXPECT_THAT(answer.body, HasSubstr(R"("loc":["body","label"])"));
  }
  for (const char* consent : {"false", "", "1", "TRUE"}) {
    EXPECT_THAT(post(form(png, "4", consent)).body, HasSubstr("with consent alone")) << consent;
  }
  EXPECT_THAT(
      post(field("file", png) + field("label", "4") + field("consent", "true") + "--b--").body,
      HasSubstr("plain form field"));
  EXPECT_THAT(post(field("label", "4") + "--b--").body, HasSubstr(R"("loc":["body","file"])"));
  EXPECT_EQ(post("").status, 422);
  EXPECT_EQ(post("nonsense").status, 400);
  EXPECT_EQ(post(form("no picture", "4")).status, 415);
  const Response blank = post(form(png_of(plain_picture(50, 50, kWhite)), "4"));
  EXPECT_EQ(blank.body, R"({"error":"Image is blank. Please provide a valid digit."})");
  EXPECT_EQ(lines().size(), 0U);
  EXPECT_EQ(files(), 1U);
}

TEST_F(FeedbackTest, ItsFolderIsBoundedAlsoAfterARestart) {
  int kept = 0;
  while (post(form(png_of(stroke()), "4")).status == 201) {
    ASSERT_LT(++kept, 10);
  }
  EXPECT_GE(kept, 1);
  const Response full = post(form(png_of(stroke()), "4"));
  EXPECT_EQ(full.status, 507);
  EXPECT_EQ(lines().size(), static_cast<std::size_t>(kept));
  EXPECT_EQ(files(), static_cast<std::size_t>(kept) + 1);
  FeedbackStore again(folder_.path() / "kept", 10'000);
  EXPECT_EQ(again.add(std::vector<std::uint8_t>(10'000), JsonObject()), std::nullopt);
}

TEST(FeedbackStoreTest, SaysWhereItCannotKeepAnything) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "no folder";
  try {
    const FeedbackStore store(folder.path() / "file", 1000);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("cannot keep feedback in " + (folder.path() / "file").string()));
  }
}

}  // namespace
}  // namespace inkling
