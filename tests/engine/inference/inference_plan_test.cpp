#include "engine/inference/inference_plan.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "data/dataset.h"
#include "engine/io/weights.h"
#include "kernels/philox.h"
#include "tests/support/mnist_dir.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

constexpr Index kCount = 3;

std::vector<std::uint8_t> random_pictures(Index size) {
  std::vector<std::uint8_t> pictures(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Philox4 random = random4(7, RandomUse::test, 0, 0, static_cast<std::uint32_t>(i));
    pictures[i] = static_cast<std::uint8_t>(random.word[0]);
  }
  return pictures;
}

// The logits of pictures as the network itself computes them.
std::vector<float> logits_of(const Network& network, const std::vector<std::uint8_t>& pictures) {
  const NetworkSpec& spec = network.spec();
  std::vector<float> pixels;
  for (const std::uint8_t byte : pictures) {
    pixels.push_back((static_cast<float>(byte) / 255 - 0.5F) / 0.5F);
  }
  const Index size = spec.height * spec.width * spec.channels;
  const NoGrad no_grad;
  return network
      .forward(Variable(Tensor::from_host<float>(
          {std::ssize(pictures) / size, spec.height, spec.width, spec.channels}, pixels,
          network.device())))
      .value()
      .to_host<float>();
}

double relative_distance(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += std::pow(static_cast<double>(a.at(i)) - static_cast<double>(b[i]), 2);
    norm += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(difference / norm);
}

struct FrozenCase {
  const char* name;
  Index channels;
  std::vector<Layer> layers;
};

// 11 × 9 pictures: odd sides, which pools cut off.
std::vector<FrozenCase> frozen_cases() {
  using layers::AvgPool2d, layers::Conv2d, layers::Dropout, layers::Flatten, layers::Linear,
      layers::MaxPool2d, layers::Relu;
  const Conv2d first{"conv1", 16, 3, {.padding = 1}};
  const Conv2d second{"conv2", 32, 3, {.padding = 1}};
  return {
      {"WinogradAndPools",
       1,
       {first, Relu{}, second, Relu{}, MaxPool2d{2, 2}, Conv2d{"conv3", 48, 3, {.padding = 1}},
        Relu{}, MaxPool2d{2, 2}, Flatten{}, Linear{"fc", 5}}},
      {"WinogradAlone", 1, {first, second, Flatten{}, Linear{"fc", 5}}},
      {"WinogradLast", 1, {first, second, Flatten{}}},
      {"StrideAndNoPadding",
       3,
       {Conv2d{"conv1", 5, 5, {.stride = 2, .padding = 1}}, Relu{}, MaxPool2d{2, 2}, Flatten{},
        Linear{"fc", 5}}},
      {"PoolsOfOtherSizes",
       2,
       {first, MaxPool2d{3, 2}, AvgPool2d{2, 1}, Relu{}, Flatten{}, Relu{}, Linear{"fc", 5}}},
      {"LinearLayersAlone",
       2,
       {Flatten{}, Linear{"fc1", 40}, Dropout{0.5}, Relu{}, Linear{"fc2", 33}, Relu{},
        Linear{"fc3", 10}}},
      {"ReluLast", 1, {Flatten{}, Linear{"fc", 3}, Relu{}}},
  };
}

TEST(InferencePlan, AgreesWithTheNetworkWhateverItsLayers) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  for (const FrozenCase& frozen : frozen_cases()) {
    SCOPED_TRACE(frozen.name);
    const Network network{{.name = frozen.name,
                           .height = 11,
                           .width = 9,
                           .channels = frozen.channels,
                           .layers = frozen.layers},
                          Device::cpu(1),
                          3};
    save_model(path, network, {});
    const auto pictures = random_pictures(kCount * 11 * 9 * frozen.channels);
    const auto expected = logits_of(network, pictures);
    for (const int threads : {1, 2, static_cast<int>(kCount) + 1}) {  // the last: together
      const InferencePlan plan(path, threads, InferencePrecision::float32);
      EXPECT_EQ(plan.classes(), network.classes());
      EXPECT_EQ(plan.parameter_count(), network.parameter_count());
      EXPECT_LE(relative_distance(plan.logits(pictures), expected), 1e-5);
    }
  }
}

TEST(InferencePlan, DividesLogitsByTheTemperatureForProbabilities) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  save_model(path, Network(larger_cnn(), Device::cpu(1), 3), {}, WeightsPrecision::float32,
             {0.25, 0.75});
  const InferencePlan plan(path, 1, InferencePrecision::float32);
  EXPECT_EQ(plan.calibration(), (Calibration{0.25, 0.75}));
  const auto pictures = random_pictures(28 * 28);
  const std::vector<float> logits = plan.logits(pictures);
  const std::vector<float> probabilities = plan.probabilities(pictures);
  for (std::size_t c = 1; c < logits.size(); ++c) {
    EXPECT_NEAR(std::log(probabilities[c] / probabilities[0]), 4 * (logits[c] - logits[0]), 1e-5);
  }
}

// A picture's answer depends on nothing but the picture.
TEST(InferencePlan, GivesTheSameForAPictureAloneAsInABatchUpToRounding) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  save_model(path, Network(larger_cnn(), Device::cpu(1), 3), {});
  const InferencePlan plan(path, 2, InferencePrecision::float32);
  constexpr Index kPixels = 28 * 28;
  constexpr Index kBatch = 131;  // more than a group a thread, and no multiple of one
  const auto pictures = random_pictures(kBatch * kPixels);
  const auto together = plan.logits(pictures);
  ASSERT_EQ(std::ssize(together), kBatch * 10);
  for (const Index i : {Index{0}, Index{63}, Index{64}, kBatch - 1}) {
    const auto alone = plan.logits(std::span(pictures).subspan(
        static_cast<std::size_t>(i * kPixels), static_cast<std::size_t>(kPixels)));
    EXPECT_LE(relative_distance(alone, {together.begin() + i * 10, together.begin() + i * 10 + 10}),
              1e-5);
  }
}

TEST(InferencePlan, AnswersManyThreadsAtOnce) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  save_model(path, Network(larger_cnn(), Device::cpu(1), 3), {});
  const auto pictures = random_pictures(2 * 28 * 28);
  const auto expected = InferencePlan(path).logits(pictures);
  for (const int threads_of_call : {1, 3}) {
    const InferencePlan plan(path, threads_of_call);
    std::vector<std::vector<float>> answers(4);
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&] { answer = plan.logits(pictures); });
    }
    for (auto& thread : threads) {
      thread.join();
    }
    for (const auto& answer : answers) {
      EXPECT_EQ(answer, expected);
    }
  }
}

TEST(InferencePlan, SaysWhatItIsAndRejectsHalfAPicture) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  save_model(path,
             Network({.name = "Tiny",
                      .height = 4,
                      .width = 5,
                      .channels = 1,
                      .layers = {layers::Flatten{}, layers::Linear{"fc", 3}}},
                     Device::cpu(1), 3),
             {});
  const InferencePlan plan(path);
  EXPECT_EQ(plan.model_name(), "Tiny");
  EXPECT_EQ(plan.height(), 4);
  EXPECT_EQ(plan.width(), 5);
  const auto probabilities = plan.probabilities(random_pictures(2 * 20));
  ASSERT_EQ(probabilities.size(), 6U);
  for (const auto row : {probabilities.begin(), probabilities.begin() + 3}) {
    EXPECT_LE(std::abs(row[0] + row[1] + row[2] - 1), 1e-6F);
  }
  EXPECT_THROW(plan.logits(std::vector<std::uint8_t>(17)), std::invalid_argument);
  EXPECT_THROW(plan.logits({}), std::invalid_argument);
}

// The shipped weights, as float64 has them.
TEST(InferencePlan, LogitsOfTheShippedWeightsAreThoseOfFloat64) {
  const std::filesystem::path path = INKLING_SHIPPED_MODEL;
  const Device cpu = Device::cpu(2);
  const Model model = load_model(path, cpu);
  Network exact(model.network.spec(), cpu, 0, Dtype::float64);
  for (std::size_t i = 0; i < exact.parameters().size(); ++i) {
    exact.parameters()[i].from_file(model.network.parameters()[i].to_file());
  }
  constexpr Index kPictures = 8;
  const auto pictures = random_pictures(kPictures * 28 * 28);
  std::vector<double> pixels;
  for (const std::uint8_t byte : pictures) {
    pixels.push_back((static_cast<double>(byte) / 255 - model.normalization.mean) /
                     model.normalization.std);
  }
  const NoGrad no_grad;
  const auto expected =
      exact.forward(Variable(Tensor::from_host<double>({kPictures, 28, 28, 1}, pixels, cpu)))
          .value()
          .to_host<double>();
  const InferencePlan plan(path, 1, InferencePrecision::float32);
  EXPECT_LE(relative_distance(plan.logits(pictures), {expected.begin(), expected.end()}), 1e-4);
}

// The gate of InferencePrecision::fast, in whole numbers, at the level of this processor or of
// INKLING_ISA.
TEST(InferencePlanRealMnist, FastAnswersAsFloat32Does) {
  const auto folder = mnist_dir();
  if (!folder) {
    GTEST_SKIP() << kNoMnist;
  }
  Dataset test = load_mnist(*folder, MnistSplit::test);
#if defined(INKLING_EMULATED_PROCESSOR)
  test.images.resize(50 * 28 * 28);  // a quarter of a second each
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  test.images.resize(500 * 28 * 28);  // a sanitizer's concern is memory, and it is slow
#endif
  const std::filesystem::path path = INKLING_SHIPPED_MODEL;
  const auto exact = InferencePlan(path, 2, InferencePrecision::float32).probabilities(test.images);
  const auto fast = InferencePlan(path, 2, InferencePrecision::fast).probabilities(test.images);
  ASSERT_EQ(fast.size(), exact.size());
  int differ = 0;
  int right = 0;
  int right_fast = 0;
  double change = 0;
  for (std::size_t i = 0; i < exact.size() / 10; ++i) {
    const auto digit_of = [i](const std::vector<float>& probabilities) {
      const auto row = probabilities.begin() + static_cast<std::ptrdiff_t>(10 * i);
      return std::max_element(row, row + 10) - row;
    };
    differ += digit_of(fast) != digit_of(exact) ? 1 : 0;
    right += digit_of(exact) == test.labels[i] ? 1 : 0;
    right_fast += digit_of(fast) == test.labels[i] ? 1 : 0;
  }
  for (std::size_t i = 0; i < exact.size(); ++i) {
    change += std::abs(static_cast<double>(fast[i]) - static_cast<double>(exact[i]));
  }
  change /= static_cast<double>(exact.size());
  RecordProperty("differ", differ);
  RecordProperty("right", right);
  RecordProperty("right_fast", right_fast);
  RecordProperty("change", std::to_string(change));
  EXPECT_LE(differ, 5);
  EXPECT_GE(right_fast, right - 2);
  EXPECT_LE(change, 0.01);
}

}  // namespace
}  // namespace inkling
