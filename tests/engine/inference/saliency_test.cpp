#include "engine/inference/saliency.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "engine/io/weights.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

class SaliencyMap : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "model.safetensors";

  // Two pixels beside each other and two classes, each the sum of its weights times the pixels.
  void save_linear(const std::vector<float>& weights) const {
    Network network({.name = "Linear",
                     .height = 1,
                     .width = 2,
                     .channels = 1,
                     .layers = {layers::Flatten{}, layers::Linear{"fc", 2}}},
                    Device::cpu(1));
    network.parameters()[0].from_file(weights);
    save_model(path, network, {});
  }
};

TEST_F(SaliencyMap, IsTheGradientTimesTheInk) {
  save_linear({1, -0.5F,  // class 0
               0, 0});    // class 1
  const Saliency saliency(path);
  EXPECT_EQ(saliency.of(std::vector<std::uint8_t>{255, 255}, 0),
            (std::vector<std::int8_t>{127, -64}));
  EXPECT_EQ(saliency.of(std::vector<std::uint8_t>{255, 255}, 1),
            (std::vector<std::int8_t>{-127, 64}))
      << "what speaks for one of two classes speaks against the other";
  EXPECT_EQ(saliency.of(std::vector<std::uint8_t>{51, 0}, 0), (std::vector<std::int8_t>{127, 0}))
      << "where there is no ink, none speaks";
}

TEST_F(SaliencyMap, OfABlankPictureIsZero) {
  save_linear({1, 2, 3, 4});
  EXPECT_EQ(Saliency(path).of(std::vector<std::uint8_t>{0, 0}, 1),
            (std::vector<std::int8_t>{0, 0}));
}

TEST_F(SaliencyMap, RefusesAnotherSizeAndAClassThatIsNone) {
  save_linear({1, 2, 3, 4});
  const Saliency saliency(path);
  EXPECT_THROW(saliency.of(std::vector<std::uint8_t>(3), 0), std::invalid_argument);
  EXPECT_THROW(saliency.of(std::vector<std::uint8_t>(2), 2), std::invalid_argument);
  EXPECT_THROW(saliency.of(std::vector<std::uint8_t>(2), -1), std::invalid_argument);
}

// A file that cannot be read is said again each time, and read once it is sound.
TEST_F(SaliencyMap, ReadsTheFileWhenItIsFirstAsked) {
  const Saliency saliency(path);
  EXPECT_THROW(saliency.of(std::vector<std::uint8_t>(2), 0), WeightsError);
  save_linear({1, 2, 3, 4});
  EXPECT_NO_THROW(saliency.of(std::vector<std::uint8_t>(2), 0));
}

TEST_F(SaliencyMap, IsTheSameFromManyThreads) {
  save_model(path, Network(larger_cnn(), Device::cpu(1), 3), {});
  std::vector<std::uint8_t> bar(784);
  for (std::size_t row = 4; row < 24; ++row) {
    bar[row * 28 + 14] = 255;
  }
  const Saliency saliency(path);
  const auto expected = Saliency(path).of(bar, 1);
  const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
  EXPECT_EQ(std::max(-int{*least}, int{*most}), 127);
  std::vector<std::vector<std::int8_t>> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) {
      threads.emplace_back([&] { result = saliency.of(bar, 1); });
    }
  }
  for (const auto& result : results) {
    EXPECT_EQ(result, expected);
  }
}

}  // namespace
}  // namespace inkling
