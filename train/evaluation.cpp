#include "train/evaluation.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "engine/ops/loss.h"

namespace inkling {
namespace {

constexpr std::size_t kBatch = 250;

// Adds one batch of probabilities [batch, classes].
void add_predictions(const std::vector<float>& probabilities,
                     const std::vector<std::uint8_t>& labels, Index classes, Evaluation& result) {
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const float* begin = probabilities.data() + row * static_cast<std::size_t>(classes);
    const float* best = std::max_element(begin, begin + classes);
    const auto prediction = static_cast<std::uint8_t>(best - begin);
    result.predictions.push_back(prediction);
    result.confidences.push_back(*best);
    ++result.confusion[labels[row]][prediction];
    result.correct += prediction == labels[row] ? 1 : 0;
  }
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

Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    std::span<const std::int32_t> rows, const EvaluationProgress& progress) {
  const NoGrad no_grad;
  const auto classes = static_cast<std::size_t>(network.classes());
  Evaluation result;
  result.count = static_cast<Index>(rows.size());
  result.confusion.assign(classes, std::vector<Index>(classes, 0));
  double loss_sum = 0;
  for (std::size_t begin = 0; begin < rows.size(); begin += kBatch) {
    const Batch batch = data.gather(rows.subspan(begin, std::min(kBatch, rows.size() - begin)));
    const Variable logits = network.forward(Variable(batch.images));
    const CrossEntropy loss = cross_entropy(logits, batch.labels);
    loss_sum += static_cast<double>(loss.loss.value().to_host<float>()[0]) *
                static_cast<double>(batch.labels.size());
    add_predictions(softmax(logits.value()).to_host<float>(), batch.labels.to_host<std::uint8_t>(),
                    network.classes(), result);
    if (progress) {
      progress(std::ssize(result.predictions), result.count);
    }
  }
  result.loss = rows.empty() ? 0 : loss_sum / static_cast<double>(rows.size());
  return result;
}

Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    const EvaluationProgress& progress) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(data.size()));
  std::iota(rows.begin(), rows.end(), 0);
  return evaluate(network, data, rows, progress);
}

}  // namespace inkling
