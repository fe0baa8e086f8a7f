// Softmax, cross-entropy, dropout, Adam and gathering: the kernels whose results can be said by
// hand.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "kernels/error.h"
#include "kernels/kernels.h"
#include "tests/kernels/reference.h"

namespace inkling {
namespace {

const std::shared_ptr<const Stream> kStream = cpu::open_stream(2);

TEST(Softmax, SurvivesLogitsThatOverflowExp) {
  const std::vector<float> logits{1000, 999, -1000};
  std::vector<float> p(3);
  cpu::softmax<float>(
      *kStream, {.batch = 1, .classes = 3, .logits = logits.data(), .probabilities = p.data()});
  const double e = std::exp(-1.0);
  EXPECT_LE(std::abs(p[0] - 1 / (1 + e)), 1e-6);
  EXPECT_LE(std::abs(p[1] - e / (1 + e)), 1e-6);
  EXPECT_EQ(p[2], 0.0F);
}

struct LossResult {
  double loss = 0;
  int correct = 0;
};

LossResult cross_entropy(const std::vector<double>& logits, const std::vector<std::uint8_t>& labels,
                         double smoothing) {
  const auto batch = static_cast<Index>(labels.size());
  std::vector<double> p(logits.size());
  double loss = 0;
  std::int32_t correct = 0;
  cpu::cross_entropy_forward<double>(*kStream,
                                     {.batch = batch,
                                      .classes = static_cast<Index>(logits.size()) / batch,
                                      .label_smoothing = smoothing,
                                      .logits = logits.data(),
                                      .labels = labels.data(),
                                      .probabilities = p.data(),
                                      .loss = &loss,
                                      .correct = &correct});
  return {loss, correct};
}

TEST(CrossEntropy, OfEqualLogitsIsTheLogOfTheClasses) {
  const LossResult result = cross_entropy(std::vector<double>(20, 3.5), {4, 0}, 0);
  EXPECT_LE(std::abs(result.loss - std::log(10.0)), 1e-12);
  EXPECT_EQ(result.correct, 1) << "of equal logits the first is the prediction";
}

TEST(CrossEntropy, IsFiniteAndRightForHugeLogits) {
  EXPECT_LE(std::abs(cross_entropy({1e4, 0, 0}, {1}, 0).loss - 1e4), 1e-9);
  EXPECT_LE(std::abs(cross_entropy({1e4, 0, 0}, {0}, 0).loss), 1e-9);
}

TEST(CrossEntropy, SmoothingSpreadsTheTargetEvenly) {
  const std::vector<double> logits{2, -1, 0.5};
  const double log_sum = std::log(std::exp(2.0) + std::exp(-1.0) + std::exp(0.5));
  double expected = 0;
  for (int c = 0; c < 3; ++c) {
    const double target = (c == 2 ? 0.7 : 0.0) + 0.3 / 3;
    expected += target * (log_sum - logits[static_cast<std::size_t>(c)]);
  }
  EXPECT_LE(std::abs(cross_entropy(logits, {2}, 0.3).loss - expected), 1e-12);
}

TEST(CrossEntropy, OfARowOfNoClassAimsAtAllClassesAlike) {
  const std::vector<double> logits{2, -1, 0.5};
  const double log_sum = std::log(std::exp(2.0) + std::exp(-1.0) + std::exp(0.5));
  for (const double smoothing : {0.0, 0.3}) {
    const LossResult result = cross_entropy(logits, {kNoClass}, smoothing);
    EXPECT_LE(std::abs(result.loss - (log_sum - (2 - 1 + 0.5) / 3)), 1e-12);
    EXPECT_EQ(result.correct, 0) << "no answer is right";
  }
  EXPECT_LE(std::abs(cross_entropy(std::vector<double>(3, 1.5), {kNoClass}, 0).loss - std::log(3)),
            1e-12)
      << "equal probabilities are the best there is";
}

TEST(CrossEntropy, TakesTheLastOf256ClassesForAClass) {
  std::vector<double> logits(256, 0);
  logits.back() = 1000;
  const LossResult result = cross_entropy(logits, {255}, 0);
  EXPECT_LE(std::abs(result.loss), 1e-9);
  EXPECT_EQ(result.correct, 1);
}

TEST(CrossEntropy, RejectsALabelThatIsNoClass) {
  EXPECT_THROW(cross_entropy({1, 2, 3}, {3}, 0), std::out_of_range);
}

TEST(Dropout, KeepsTheShareItShouldAndScalesIt) {
  const Index size = 200'000;
  const std::vector<float> x(static_cast<std::size_t>(size), 1.0F);
  const std::int32_t step = 9;
  for (const double p : {0.1, 0.5, 0.9}) {
    std::vector<float> y(x.size());
    cpu::dropout<float>(*kStream, {.size = size,
                                   .p = p,
                                   .key = {.seed = 5, .layer = 2, .step = &step},
                                   .x = x.data(),
                                   .y = y.data()});
    Index kept = 0;
    for (const float value : y) {
      ASSERT_TRUE(value == 0 || value == static_cast<float>(1 / (1 - p)));
      kept += value != 0 ? 1 : 0;
    }
    const double std = std::sqrt(p * (1 - p) * static_cast<double>(size));
    EXPECT_LE(std::abs(static_cast<double>(kept) - (1 - p) * static_cast<double>(size)), 5 * std);
  }
}

TEST(Dropout, DrawsAnotherMaskForAnotherKeyAndTheSameForTheSame) {
  const std::vector<float> x(1001, 1.0F);
  const auto mask = [&](std::uint64_t seed, std::uint32_t layer, std::int32_t step, int threads) {
    std::vector<float> y(x.size());
    cpu::dropout<float>(
        *cpu::open_stream(threads),
        {.size = 1001, .p = 0.5, .key = {seed, layer, &step}, .x = x.data(), .y = y.data()});
    return y;
  };
  const auto first = mask(1, 1, 1, 1);
  EXPECT_EQ(first, mask(1, 1, 1, 3));
  EXPECT_NE(first, mask(2, 1, 1, 1));
  EXPECT_NE(first, mask(1, 2, 1, 1));
  EXPECT_NE(first, mask(1, 1, 2, 1));
}

// Kingma & Ba's Algorithm 1, written out for two steps.
TEST(Adam, MatchesStepsComputedByHand) {
  double weight = 1;
  double m = 0;
  double v = 0;
  double gradient = 0.5;
  const auto update = [&](Index step) {
    const AdamTensor<double> tensor{&weight, &gradient, &m, &v, 1, nullptr};
    const auto coefficients = adam_coefficients<double>({}, 0.1, step);
    cpu::adam_update<double>(
        *kStream, {.tensors = std::span(&tensor, 1), .options = {}, .coefficients = &coefficients});
  };
  update(1);  // m̂ = 0.5 and v̂ = 0.25: the step is the whole learning rate
  EXPECT_LE(std::abs(weight - (1 - 0.1 * 0.5 / (0.5 + 1e-8))), 1e-15);
  const double after_first = weight;
  gradient = -1;
  update(2);
  const double m_hat = (0.9 * 0.05 - 0.1) / (1 - 0.81);
  const double v_hat = (0.999 * 0.00025 + 0.001) / (1 - 0.998001);
  EXPECT_LE(std::abs(weight - (after_first - 0.1 * m_hat / (std::sqrt(v_hat) + 1e-8))), 1e-12);
}

TEST(Adam, DecaysWeightsApartFromTheGradient) {
  float weight = 2;
  float m = 0;
  float v = 0;
  const float gradient = 0;
  const AdamTensor<float> tensor{&weight, &gradient, &m, &v, 1, nullptr};
  const AdamOptions options{.weight_decay = 0.5};
  const auto coefficients = adam_coefficients<float>(options, 0.1, 1);
  cpu::adam_update<float>(
      *kStream,
      {.tensors = std::span(&tensor, 1), .options = options, .coefficients = &coefficients});
  EXPECT_LE(std::abs(weight - 2 * (1 - 0.1F * 0.5F)), 1e-6F);
}

// The decay of the average grows with the steps, up to its limit: (1 + step) / (10 + step).
TEST(Adam, AveragesTheWeightsAndForgetsTheFirstOnesSooner) {
  double weight = 1;
  double m = 0;
  double v = 0;
  double average = 0;
  const double gradient = 0;  // the weight stays
  const AdamTensor<double> tensor{&weight, &gradient, &m, &v, 1, &average};
  const AdamOptions options{.ema_decay = 0.5};
  const auto update = [&](Index step) {
    const auto coefficients = adam_coefficients<double>(options, 0.1, step);
    cpu::adam_update<double>(
        *kStream,
        {.tensors = std::span(&tensor, 1), .options = options, .coefficients = &coefficients});
  };
  update(1);
  EXPECT_LE(std::abs(average - (1 - 2.0 / 11)), 1e-12);
  update(1000);
  EXPECT_LE(std::abs(average - (1 - 2.0 / 11 / 2)), 1e-12);
}

TEST(GatherBatch, TakesRowsInOrderAndNormalizesThem) {
  const std::vector<std::uint8_t> images{0, 255, 51, 102, 153, 204};
  const std::vector<std::uint8_t> labels{7, 8, 9};
  const std::vector<std::int32_t> rows{2, 0, 2};
  std::vector<float> y(6);
  std::vector<std::uint8_t> picked(3);
  cpu::gather_batch<float>(*kStream, {.batch = 3,
                                      .pixels = 2,
                                      .mean = 0.5,
                                      .std = 0.5,
                                      .images = images.data(),
                                      .labels = labels.data(),
                                      .indices = rows.data(),
                                      .y = y.data(),
                                      .batch_labels = picked.data()});
  const std::vector<float> expected{0.2F, 0.6F, -1, 1, 0.2F, 0.6F};
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_LE(std::abs(y[i] - expected[i]), 1e-6F);
  }
  EXPECT_EQ(picked, (std::vector<std::uint8_t>{9, 7, 9}));
}

TEST(Cuda, ReportsThatThereIsNone) {
  if (cuda::device_count() > 0) {
    GTEST_SKIP() << "there is a CUDA device";
  }
  try {
    cuda::open_stream(0);
    FAIL() << "expected an error";
  } catch (const NoDevice& error) {
    EXPECT_NE(std::string(error.what()).find("no CUDA"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace inkling
