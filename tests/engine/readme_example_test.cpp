// The README's example, compiled as it stands there, and run on a small batch.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/io/weights.h"
#include "engine/network.h"
#include "engine/ops/loss.h"
#include "engine/optimizer.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

constexpr Index kBatch = 8;
constexpr Index kPixels = 28 * 28;

// What the example takes as given.
struct Example {
  Device device = Device::cpu(2);
  Tensor images;
  Tensor labels;
  Index steps = 3;
  std::vector<float> losses;

  void run() {
#include "readme_example.inc"
  }
};

TEST(ReadmeExample, LearnsAndWritesItsWeights) {
  Example example;
  std::vector<float> pixels;
  std::vector<std::uint8_t> digits;
  for (Index i = 0; i < kBatch * kPixels; ++i) {
    pixels.push_back(i % kPixels / 28 % kBatch == i / kPixels ? 1.0F : -1.0F);  // bars
  }
  for (Index i = 0; i < kBatch; ++i) {
    digits.push_back(static_cast<std::uint8_t>(i));
  }
  example.images = Tensor::from_host<float>({kBatch, 28, 28, 1}, pixels, example.device);
  example.labels = Tensor::from_host<std::uint8_t>({kBatch}, digits, example.device);
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  example.run();
  std::filesystem::current_path(before);
  ASSERT_EQ(example.losses.size(), 3U);
  EXPECT_LT(example.losses.back(), example.losses.front());
  EXPECT_EQ(load_model(folder.path() / "digits.safetensors", example.device).network.spec().name,
            "LargerCNN");
}

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(INKLING_SOURCE_DIR + ("/" + file)).rdbuf();
  return text.str();
}

// The lines of a text that are the example, with `prefix` before each.
std::string example_in(const std::string& text, const std::string& prefix) {
  std::istringstream lines(text);
  std::string line;
  std::string example;
  bool inside = false;
  while (std::getline(lines, line)) {
    inside = inside || line.rfind(prefix + "Network network(", 0) == 0;
    if (inside && line.rfind(prefix, 0) == 0) {
      example += line.substr(prefix.size()) + "\n";
    }
    if (line.find("save_model(") != std::string::npos) {
      break;
    }
  }
  return example;
}

TEST(ReadmeExample, IsInTheHeaderOfVariableToo) {
  const std::string readme = example_in(text_of("README.md"), "");
  EXPECT_NE(readme, "");
  EXPECT_EQ(example_in(text_of("engine/autograd.h"), "//   "), readme);
}

}  // namespace
}  // namespace inkling
