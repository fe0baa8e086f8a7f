#include "train/calibration.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace inkling {
namespace {

// The derivative of the summed cross-entropy by 1 / temperature: the expected logit less the
// label's. It rises, as the cross-entropy is convex in 1 / temperature.
double derivative(std::span<const float> logits, std::span<const std::uint8_t> labels,
                  std::size_t classes, double inverse) {
  double sum = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::span<const float> z = logits.subspan(row * classes, classes);
    const double top = *std::max_element(z.begin(), z.end());
    double weight = 0;
    double weighted = 0;
    for (const float logit : z) {
      const double e = std::exp(inverse * (logit - top));
      weight += e;
      weighted += e * logit;
    }
    sum += weighted / weight - z[labels[row]];
  }
  return sum;
}

}  // namespace

double fit_temperature(std::span<const float> logits, std::span<const std::uint8_t> labels,
                       std::size_t classes) {
  if (labels.empty()) {
    return 1;
  }
  double low = 0.02;
  double high = 50;
  for (int i = 0; i < 50; ++i) {  // bisection, to 15 digits
    const double middle = std::sqrt(low * high);
    (derivative(logits, labels, classes, middle) < 0 ? low : high) = middle;
  }
  return 1 / std::sqrt(low * high);
}

double confidence_reached_by(double share, std::vector<float> confidences) {
  if (!(share >= 0 && share <= 1)) {
    throw std::invalid_argument("expected a share of answered pictures of 0 to 1, received " +
                                std::to_string(share));
  }
  const auto below =
      static_cast<std::size_t>(std::llround((1 - share) * static_cast<double>(confidences.size())));
  if (below == 0) {
    return 0;
  }
  const auto first =
      confidences.begin() + static_cast<std::ptrdiff_t>(std::min(below, confidences.size() - 1));
  std::nth_element(confidences.begin(), first, confidences.end());
  return double{*first};
}

Calibration calibrate(const Evaluation& held_out, double answered) {
  const std::size_t classes = held_out.confusion.size();
  Calibration result{fit_temperature(held_out.logits, held_out.labels, classes), 0};
  result.min_confidence = confidence_reached_by(
      answered,
      summarize(held_out.logits, held_out.labels, classes, result.temperature).confidences);
  return result;
}

double abstained_share(std::span<const float> logits, std::size_t classes,
                       const Calibration& calibration) {
  const std::size_t rows = logits.size() / classes;
  const Evaluation result =
      summarize({logits.begin(), logits.end()}, std::vector<std::uint8_t>(rows), classes,
                calibration.temperature);  // which class does not matter
  const Index answered = result.answered(calibration.min_confidence).count;
  return rows > 0 ? 1 - static_cast<double>(answered) / static_cast<double>(rows) : 0;
}

}  // namespace inkling
