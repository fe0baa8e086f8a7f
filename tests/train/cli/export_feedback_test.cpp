// Corrections that inkling-server kept become a data set that inkling train takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/base64.h"
#include "data/dataset.h"
#include "tests/train/cli/cli.h"

namespace inkling {
namespace {

using testing::HasSubstr;

class ExportFeedback : public Cli {
 protected:
  // As the server writes it.
  static std::string line(int label, int side, std::uint8_t ink, const std::string& consent) {
    const auto pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    return R"({"id":"0","label":)" + std::to_string(label) + R"(,"side":)" + std::to_string(side) +
           R"(,"seen":")" + base64(std::vector<std::uint8_t>(pixels, ink)) + R"(","consent":)" +
           consent + "}\n";
  }
  void keep(const std::string& text) const {
    std::filesystem::create_directories(kept);
    std::ofstream(kept / "feedback.jsonl", std::ios::app) << text;
  }

  const std::filesystem::path kept = folder.path() / "feedback";
  const std::filesystem::path out = folder.path() / "corrected";
};

TEST_F(ExportFeedback, PutsCorrectionsBehindTheImagesOfADataSet) {
  const Dataset before = load_mnist(data, MnistSplit::train);
  keep(line(3, 8, 50, "true") + line(1, 8, 60, "true"));
  const Outcome result =
      inkling({"export-feedback", "--feedback", kept, "--out", out, "--with", data});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("2 corrections"));
  const Dataset after = load_mnist(out, MnistSplit::train);
  ASSERT_EQ(after.size(), before.size() + 2);
  EXPECT_EQ(after.labels.back(), 1);
  EXPECT_EQ(after.images.back(), 60);
  EXPECT_EQ(after.images[before.images.size()], 50);
  EXPECT_TRUE(std::equal(before.images.begin(), before.images.end(), after.images.begin()));
  EXPECT_EQ(checksum(load_mnist(out, MnistSplit::test)),
            checksum(load_mnist(data, MnistSplit::test)));
  EXPECT_EQ(inkling({"train", "--data", out, "--out", run, "--epochs", "1", "--network",
                     folder.path() / "network.json"})
                .exit_code,
            0);
}

TEST_F(ExportFeedback, LeavesOutWhatIsNoCorrection) {
  keep(line(3, 8, 50, "true") + "{\"label\":3\n" + line(3, 8, 50, "false") +
       line(3, 9, 50, "true") + line(10, 8, 50, "true") + R"({"label":1,"side":8,"seen":"AA==",)" +
       R"("consent":true})");
  const Outcome result = inkling({"export-feedback", "--feedback", kept, "--out", out});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(load_mnist(out, MnistSplit::train).size(), 1);
  for (const char* said :
       {"line 2: left out: expected what inkling-server wrote", "line 3: left out: its sender did",
        "line 4: left out: expected a picture of 8×8, received one of 9×9",
        "line 5: left out: expected a label below 10, received 10", "line 6: left out: expected"}) {
    EXPECT_THAT(result.err, HasSubstr(said));
  }
}

TEST_F(ExportFeedback, SaysWhatIsWrongAndOverwritesNothing) {
  const Outcome none = inkling({"export-feedback", "--feedback", kept, "--out", out});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("with feedback.jsonl in it"));
  keep("\n");
  EXPECT_THAT(inkling({"export-feedback", "--feedback", kept, "--out", out}).err,
              HasSubstr("expected at least one correction, received none"));
  EXPECT_FALSE(std::filesystem::exists(out));
  keep(line(3, 8, 50, "true"));
  const Outcome occupied = inkling({"export-feedback", "--feedback", kept, "--out", data});
  EXPECT_EQ(occupied.exit_code, 1);
  EXPECT_THAT(occupied.err, HasSubstr("expected a folder without a data set"));
}

}  // namespace
}  // namespace inkling
