#include "bench/pictures/doubt.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/pictures/stress_set.h"
#include "bench/pictures/strokes.h"
#include "data/prepare.h"
#include "train/calibration.h"
#include "train/evaluation.h"

namespace inkling::pictures {
namespace {

constexpr double kAccepted = 0.97;  // of the digits

// What the network makes of a picture, and what the picture is.
struct Reading {
  std::string subject;
  int digit = -1;
  std::vector<float> logits;  // none: blank
};

std::vector<Reading> readings(const InferencePlan& plan, std::uint32_t seed, int count,
                              StressPicture (*make)(std::uint32_t, std::uint32_t),
                              ThreadPool& pool) {
  std::vector<Reading> result(static_cast<std::size_t>(count));
  parallel_for(pool, count, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const StressPicture made = make(seed, static_cast<std::uint32_t>(i));
      const auto seen = prepare(made.picture);
      result[static_cast<std::size_t>(i)] = {made.effects.front(), made.digit,
                                             seen ? plan.logits(*seen) : std::vector<float>()};
    }
  });
  return result;
}

Evaluation evaluation_of(const std::vector<Reading>& digits, std::size_t classes,
                         double temperature) {
  std::vector<float> logits;
  std::vector<std::uint8_t> labels;
  for (const Reading& reading : digits) {
    if (!reading.logits.empty()) {
      logits.insert(logits.end(), reading.logits.begin(), reading.logits.end());
      labels.push_back(static_cast<std::uint8_t>(reading.digit));
    }
  }
  return summarize(std::move(logits), std::move(labels), classes, temperature);
}

// Of those of one kind, or of all.
double abstained_percent(const std::vector<Reading>& non_digits, std::string_view kind,
                         std::size_t classes, const Calibration& calibration) {
  double count = 0;
  double abstained = 0;
  for (const Reading& reading : non_digits) {
    if (kind.empty() || reading.subject == kind) {
      count += 1;
      abstained +=
          reading.logits.empty() ? 1 : abstained_share(reading.logits, classes, calibration);
    }
  }
  return 100 * abstained / std::max(count, 1.0);
}

}  // namespace

void measure_doubt(const InferencePlan& plan, std::uint32_t seed, int count, ThreadPool& pool) {
  const auto classes = static_cast<std::size_t>(plan.classes());
  const Calibration shipped = plan.calibration();
  const auto digits = readings(plan, seed, count, stress_picture, pool);
  const auto non_digits = readings(plan, seed, count, stress_non_digit, pool);
  const Evaluation raw = evaluation_of(digits, classes, 1);
  const Evaluation result = evaluation_of(digits, classes, shipped.temperature);

  std::printf("\n| stress set, seed %u | temperature 1 | %.3f |\n|---|---|---|\n", seed,
              shipped.temperature);
  std::printf("| expected calibration error, %% | %.2f | %.2f |\n",
              100 * raw.expected_calibration_error(), 100 * result.expected_calibration_error());
  std::printf("| negative log-likelihood | %.4f | %.4f |\n", raw.loss, result.loss);

  const Calibration most{shipped.temperature, confidence_reached_by(kAccepted, result.confidences)};
  std::printf("\n| abstained, %% | below %.3f, as the weights say | below %.3f |\n|---|---|---|\n",
              shipped.min_confidence, most.min_confidence);
  const auto row = [&](std::string_view name, std::string_view kind) {
    std::printf("| %.*s | %.1f | %.1f |\n", static_cast<int>(name.size()), name.data(),
                abstained_percent(non_digits, kind, classes, shipped),
                abstained_percent(non_digits, kind, classes, most));
  };
  std::printf("| digits | %.1f | %.1f |\n", abstained_percent(digits, "", classes, shipped),
              abstained_percent(digits, "", classes, most));
  row("**no digits**", "");
  for (const std::string_view kind : kNonDigitKinds) {
    row(kind, kind);
  }
}

}  // namespace inkling::pictures
