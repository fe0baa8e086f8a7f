#include "train/calibration.h"

#include <cmath>

#include <gtest/gtest.h>

namespace inkling {
namespace {

// Two classes, whose logits differ by `difference`; `right` of `count` rows are of the first.
Evaluation rows(float difference, std::size_t right, std::size_t count) {
  std::vector<float> logits;
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < count; ++i) {
    logits.insert(logits.end(), {difference, 0});
    labels.push_back(i < right ? 0 : 1);
  }
  return summarize(logits, labels, 2);
}

TEST(Temperature, MakesConfidenceWhatAccuracyIs) {
  for (const float difference : {0.5F, 2.0F, 8.0F}) {
    const Evaluation result = rows(difference, 3, 4);
    // The probability of the first becomes 3/4 where difference / temperature is log(3).
    EXPECT_LE(std::abs(fit_temperature(result.logits, result.labels, 2) -
                       double{difference} / std::log(3)),
              1e-9);
  }
}

TEST(Temperature, IsSmallWhereAllIsRightAndTheLargestWhereAllIsWrong) {
  const Evaluation right = rows(1, 4, 4);
  EXPECT_LE(fit_temperature(right.logits, right.labels, 2), 0.05);
  const Evaluation wrong = rows(1, 0, 4);
  EXPECT_NEAR(fit_temperature(wrong.logits, wrong.labels, 2), 50, 1e-6);
}

TEST(Ensemble, IsTheMeanOfCalibratedProbabilities) {
  const auto logit = [](double probability) {
    return static_cast<float>(std::log(probability / (1 - probability)));
  };
  // Of 0.9 and 0.3; the second network's logits are twice as large as it is sure.
  const std::vector<std::vector<float>> logits{{logit(0.9), 0}, {2 * logit(0.3), 0}};
  const std::vector<float> mean = ensemble_logits(logits, std::vector<double>{1, 2}, 2);
  EXPECT_NEAR(std::exp(mean[0]), 0.6, 1e-6);
  EXPECT_NEAR(std::exp(mean[1]), 0.4, 1e-6);
}

TEST(Ensemble, StaysFiniteWhereAllAreSure) {
  const std::vector<std::vector<float>> logits{{1000, 0}};
  EXPECT_TRUE(std::isfinite(ensemble_logits(logits, std::vector<double>{1}, 2)[1]));
}

TEST(Temperature, OfNothingIsOne) { EXPECT_EQ(fit_temperature({}, {}, 10), 1); }

TEST(Calibrate, AnswersTheShareThatWasAskedFor) {
  std::vector<float> logits;
  std::vector<std::uint8_t> labels;
  for (int i = 1; i <= 100; ++i) {
    logits.insert(logits.end(), {0.05F * static_cast<float>(i), 0});
    labels.push_back(i % 10 == 0 ? 1 : 0);
  }
  const Evaluation held_out = summarize(logits, labels, 2);
  for (const double share : {0.0, 0.25, 0.9, 0.99, 1.0}) {
    const Calibration calibration = calibrate(held_out, share);
    const Evaluation result = summarize(logits, labels, 2, calibration.temperature);
    const Index least = share == 0 ? 1 : std::lround(100 * share);
    EXPECT_EQ(result.answered(calibration.min_confidence).count, least) << share;
  }
  EXPECT_EQ(calibrate(held_out, 1).min_confidence, 0);
  EXPECT_THROW(calibrate(held_out, 1.1), std::invalid_argument);
}

TEST(Calibrate, OfNothingNeverAbstains) {
  const Calibration calibration = calibrate(summarize({}, {}, 10), 0.9);
  EXPECT_EQ(calibration, Calibration{});
}

TEST(AbstainedShare, CountsTheRowsBelow) {
  const std::vector<float> logits{0, 0, 3, 0, 0, 3};
  EXPECT_DOUBLE_EQ(abstained_share(logits, 2, {1, 0.9}), 1.0 / 3);
  EXPECT_EQ(abstained_share(logits, 2, {10, 0.9}), 1);
  EXPECT_EQ(abstained_share({}, 2, {1, 0.9}), 0);
}

TEST(ExpectedCalibrationError, IsWhatConfidenceHasOverAccuracyBinByBin) {
  const float three_quarters = std::log(3.0F);
  EXPECT_NEAR(rows(three_quarters, 3, 4).expected_calibration_error(), 0, 1e-6);
  EXPECT_NEAR(rows(three_quarters, 4, 4).expected_calibration_error(), 0.25, 1e-6);
  // Two bins, one too sure and one not sure enough, do not make up for each other.
  const float nine_tenths = std::log(9.0F);
  const Evaluation both = summarize({three_quarters, 0, nine_tenths, 0}, {0, 1}, 2);
  EXPECT_NEAR(both.expected_calibration_error(), (0.25 + 0.9) / 2, 1e-6);
  EXPECT_EQ(Evaluation{}.expected_calibration_error(), 0);
}

TEST(Summarize, TakesTheTemperatureForLossAndConfidence) {
  const Evaluation result = summarize({2, 0}, {0}, 2, 2);
  const double probability = 1 / (1 + std::exp(-1.0));
  EXPECT_NEAR(result.confidences[0], probability, 1e-6);
  EXPECT_NEAR(result.loss, -std::log(probability), 1e-12);
  EXPECT_THROW(summarize({2, 0}, {2}, 2), std::out_of_range);
}

}  // namespace
}  // namespace inkling
