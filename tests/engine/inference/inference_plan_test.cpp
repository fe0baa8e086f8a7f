#include "engine/inference/inference_plan.h"

#include <cmath>

#include <gtest/gtest.h>

#include "engine/io/weights.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

TEST(InferencePlan, AgreesWithTheNetwork) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const Device cpu = Device::cpu(1);
  const Network network{{.name = "Tiny",
                         .height = 4,
                         .width = 4,
                         .channels = 1,
                         .layers = {layers::Conv2d{"conv", 2, 3, {.padding = 1}}, layers::Relu{},
                                    layers::Flatten{}, layers::Linear{"fc", 3}}},
                        cpu,
                        3};
  save_model(path, network, {});
  const InferencePlan plan(path);
  EXPECT_EQ(plan.model_name(), "Tiny");
  EXPECT_EQ(plan.classes(), 3);
  EXPECT_EQ(plan.height(), 4);
  EXPECT_EQ(plan.parameter_count(), network.parameter_count());
  std::vector<std::uint8_t> pictures(32);
  std::vector<float> pixels;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    pictures[i] = static_cast<std::uint8_t>(i * 8);
    pixels.push_back((static_cast<float>(pictures[i]) / 255 - 0.5F) / 0.5F);
  }
  const auto expected =
      network.forward(Variable(Tensor::from_host<float>({2, 4, 4, 1}, pixels, cpu)))
          .value()
          .to_host<float>();
  const auto logits = plan.logits(pictures);
  ASSERT_EQ(logits.size(), expected.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    EXPECT_LE(std::abs(logits[i] - expected[i]), 1e-5F);
  }
  const auto probabilities = plan.probabilities(pictures);
  EXPECT_LE(std::abs(probabilities[0] + probabilities[1] + probabilities[2] - 1), 1e-6F);
  EXPECT_THROW(plan.logits(std::vector<std::uint8_t>(17)), std::invalid_argument);
  EXPECT_THROW(plan.logits({}), std::invalid_argument);
}

}  // namespace
}  // namespace inkling
