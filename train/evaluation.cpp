#include "train/evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace inkling {
namespace {

constexpr std::size_t kBatch = 250;
// How far views are turned, moved, zoomed and slanted: as --recipe best does with training images.
// Chosen on held-out images among these, a half and a quarter of them (docs/accuracy.md).
constexpr Augmentation kViewLimits{.rotation = 10, .shift = 1.5, .zoom = 0.1, .shear = 8};
constexpr std::uint64_t kViewSeed = 1;

// The largest logit's place, its probability, and log(sum(exp(logits / temperature))).
struct Prediction {
  std::size_t best;
  double confidence;
  double log_sum;
};

Prediction predict(std::span<const float> logits, double temperature) {
  const auto best = std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) {
    sum += std::exp((double{logit} - *best) / temperature);
  }
  return {static_cast<std::size_t>(best - logits.begin()), 1 / sum,
          *best / temperature + std::log(sum)};
}

void append_to_host(const Tensor& logits, std::vector<float>& result) {
  dispatch(logits.dtype(), [&]<class T>() {
    for (const T logit : logits.to_host<T>()) {
      if constexpr (std::is_same_v<T, bfloat16>) {
        result.push_back(to_float(logit));
      } else {
        result.push_back(static_cast<float>(logit));
      }
    }
  });
}

}  // namespace

void check_pictures(const NetworkSpec& network, const Dataset& data, const char* what) {
  const auto size = [](Index height, Index width, Index channels) {
    return std::to_string(height) + "×" + std::to_string(width) +
           (channels == 1 ? "" : "×" + std::to_string(channels));
  };
  const std::string expected = size(network.height, network.width, network.channels);
  const std::string received = size(data.height, data.width, 1);
  if (expected != received) {
    throw std::invalid_argument(std::string("expected ") + what + " of " + expected + " for " +
                                network.name + ", received " + received);
  }
}

float Evaluation::median_confidence() const {
  if (confidences.empty()) {
    return 0;
  }
  std::vector<float> sorted = confidences;
  const auto middle = sorted.begin() + std::ssize(sorted) / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

double Evaluation::expected_calibration_error() const {
  std::vector<double> surplus(kCalibrationBins);  // of confidence over right answers
  for (std::size_t i = 0; i < confidences.size(); ++i) {
    const auto bin = static_cast<std::size_t>(
        std::clamp(static_cast<int>(confidences[i] * kCalibrationBins), 0, kCalibrationBins - 1));
    surplus[bin] += double{confidences[i]} - (predictions[i] == labels[i] ? 1 : 0);
  }
  double sum = 0;
  for (const double difference : surplus) {
    sum += std::abs(difference);
  }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

Evaluation::Answered Evaluation::answered(double min_confidence) const {
  Answered result;
  for (std::size_t i = 0; i < confidences.size(); ++i) {
    if (double{confidences[i]} >= min_confidence) {
      ++result.count;
      result.correct += predictions[i] == labels[i] ? 1 : 0;
    }
  }
  return result;
}

std::vector<float> logits_of(const Network& network, const DeviceDataset& data,
                             std::span<const std::int32_t> rows,
                             const EvaluationProgress& progress) {
  return view_logits_of(network, data, rows, 1, progress).front();
}

std::vector<std::vector<float>> view_logits_of(const Network& network, const DeviceDataset& data,
                                               std::span<const std::int32_t> rows, Index views,
                                               const EvaluationProgress& progress) {
  const NoGrad no_grad;
  const Device& device = network.device();
  std::vector<std::vector<float>> result(static_cast<std::size_t>(views));
  std::int32_t step = 0;  // of the random numbers: another one for each batch of each view
  for (std::size_t begin = 0; begin < rows.size(); begin += kBatch) {
    const auto of_batch = rows.subspan(begin, std::min(kBatch, rows.size() - begin));
    const Tensor on_device =
        Tensor::from_host<std::int32_t>({std::ssize(of_batch)}, of_batch, device);
    for (std::size_t view = 0; view < result.size(); ++view) {
      const Batch batch =
          view == 0
              ? data.gather(on_device)
              : data.augment(on_device, kViewLimits, kViewSeed,
                             Tensor::from_host<std::int32_t>({1}, std::span(&step, 1), device));
      append_to_host(network.forward(Variable(batch.images)).value(), result[view]);
      ++step;
    }
    if (progress) {
      progress(static_cast<Index>(begin + of_batch.size()), std::ssize(rows));
    }
  }
  return result;
}

std::vector<float> ensemble_logits(std::span<const std::vector<float>> logits,
                                   std::span<const double> temperatures, std::size_t classes) {
  std::vector<float> result(logits.front().size());
  for (std::size_t row = 0; row < result.size(); row += classes) {
    std::vector<double> sums(classes);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const std::span<const float> of_row = std::span(logits[i]).subspan(row, classes);
      const double log_sum = predict(of_row, temperatures[i]).log_sum;
      for (std::size_t c = 0; c < classes; ++c) {
        sums[c] += std::exp(of_row[c] / temperatures[i] - log_sum);
      }
    }
    // A probability of 0 has no logarithm.
    std::transform(sums.begin(), sums.end(), result.begin() + static_cast<std::ptrdiff_t>(row),
                   [&](double sum) {
                     return static_cast<float>(
                         std::log(std::max(sum / static_cast<double>(logits.size()), 1e-30)));
                   });
  }
  return result;
}

Evaluation summarize(std::vector<float> logits, std::vector<std::uint8_t> labels,
                     std::size_t classes, double temperature) {
  Evaluation result;
  result.count = std::ssize(labels);
  result.confusion.assign(classes, std::vector<Index>(classes, 0));
  double loss_sum = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::size_t label = labels[row];
    if (label >= classes) {
      throw std::out_of_range("evaluation: expected labels below " + std::to_string(classes) +
                              ", received " + std::to_string(label));
    }
    const std::span<const float> of_row = std::span(logits).subspan(row * classes, classes);
    const Prediction prediction = predict(of_row, temperature);
    result.predictions.push_back(static_cast<std::uint8_t>(prediction.best));
    result.confidences.push_back(static_cast<float>(prediction.confidence));
    ++result.confusion[label][prediction.best];
    result.correct += prediction.best == label ? 1 : 0;
    loss_sum += prediction.log_sum - of_row[label] / temperature;
  }
  result.loss = labels.empty() ? 0 : loss_sum / static_cast<double>(labels.size());
  result.logits = std::move(logits);
  result.labels = std::move(labels);
  return result;
}

Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    std::span<const std::int32_t> rows, const EvaluationProgress& progress,
                    double temperature) {
  return summarize(logits_of(network, data, rows, progress), data.labels(rows),
                   static_cast<std::size_t>(network.classes()), temperature);
}

Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    const EvaluationProgress& progress, double temperature) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(data.size()));
  std::iota(rows.begin(), rows.end(), 0);
  return evaluate(network, data, rows, progress, temperature);
}

}  // namespace inkling
