// The program as it is run. How fast it is, is nobody's assertion.
#include <array>
#include <cstdio>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "engine/inference/inference_plan.h"
#include "tests/support/idx_files.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

struct Outcome {
  int exit_code;
  std::string text;  // standard output and standard error
};

Outcome bench(const std::string& arguments) {
  const std::string command = std::string(INKLING_BENCH) + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> block{};
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe)) {
    text.append(block.data(), count);
  }
  return {WEXITSTATUS(pclose(pipe)), text};
}

TEST(InklingBench, ReportsTimesAndTheLogitsOfTheFirstTestPicture) {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> images(2 * 784);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i] = static_cast<std::uint8_t>(i * 7);
  }
  write_file(folder.path() / "t10k-images-idx3-ubyte", idx_bytes({2, 28, 28}, images));
  write_file(folder.path() / "t10k-labels-idx1-ubyte", idx_bytes({2}, {3, 7}));
  for (const auto& precision : kInferencePrecisions) {
    const Outcome outcome =
        bench("--json --seconds 0 --batch 3 --threads 2 --precision " +
              std::string(precision.name) + " --data " + folder.path().string());
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    const auto report = nlohmann::json::parse(outcome.text);
    EXPECT_EQ(report["batch"], 3);
    EXPECT_EQ(report["threads"], 2);
    EXPECT_EQ(report["precision"], precision.name);
    EXPECT_GT(report["p50_ms"], 0);
    EXPECT_LE(report["p50_ms"], report["p99_ms"]);
    EXPECT_GT(report["images_per_s"], 0);
    EXPECT_GT(report["resident_mb"], 0);
    const InferencePlan plan(INKLING_SHIPPED_MODEL, 2, precision.value);
    EXPECT_EQ(report["logits"].get<std::vector<float>>(),
              plan.logits(std::span(images).first(784)));
    EXPECT_EQ(report["predictions"].size(), 3U);
    EXPECT_EQ(report["predictions"][0], report["predictions"][2]) << "the first picture again";
  }
}

TEST(InklingBench, RejectsWhatItCannotRunInOneLine) {
  EXPECT_EQ(bench("--batch 0").exit_code, 2);
  EXPECT_THAT(bench("--batch 0").text,
              testing::HasSubstr("--batch: expected a whole number from 1 to 65536, received 0"));
  const Outcome missing = bench("--model /absent");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.text, "inkling-bench: cannot read /absent: No such file or directory\n");
}

}  // namespace
}  // namespace inkling
