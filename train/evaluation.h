// How good a network is on a data set.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/network.h"
#include "train/device_dataset.h"

namespace inkling {

// Throws std::invalid_argument unless the data set's pictures, by the name of `what`, are of the
// size that the network takes.
void check_pictures(const NetworkSpec& network, const Dataset& data, const char* what = "pictures");

struct Evaluation {
  Index count = 0;
  Index correct = 0;
  double loss = 0;                            // mean cross-entropy of softmax(logits / temperature)
  std::vector<std::vector<Index>> confusion;  // [truth][prediction]
  std::vector<float> logits;                  // [count × classes]
  std::vector<std::uint8_t> labels;           // for each row evaluated
  std::vector<std::uint8_t> predictions;      // for each row evaluated
  std::vector<float> confidences;             // the prediction's probability

  // Half of the predictions are surer; of an even number the upper one of the middle two. 0 of
  // none.
  float median_confidence() const;
  double accuracy() const {
    return count > 0 ? static_cast<double>(correct) / static_cast<double>(count) : 0;
  }
  // By how much confidence and accuracy differ: the mean over the predictions of the difference in
  // their bin, of kCalibrationBins equal parts of 0 to 1 (Naeini, Cooper, Hauskrecht 2015).
  double expected_calibration_error() const;
  static constexpr int kCalibrationBins = 15;
  // What the predictions with a confidence of at least so much come to.
  struct Answered {
    Index count = 0;
    Index correct = 0;
  };
  Answered answered(double min_confidence) const;
};

// Told how many of how many images are done, after each batch.
using EvaluationProgress = std::function<void(Index done, Index total)>;

// The network's logits, [rows × classes].
std::vector<float> logits_of(const Network& network, const DeviceDataset& data,
                             std::span<const std::int32_t> rows,
                             const EvaluationProgress& progress = {});

// Of several views of each picture, for each view [rows × classes]: as it is first, then moved and
// turned a little at random (test-time augmentation: Krizhevsky, Sutskever, Hinton 2012, "ImageNet
// Classification with Deep Convolutional Neural Networks"). The same views for the same rows
// everywhere.
std::vector<std::vector<float>> view_logits_of(const Network& network, const DeviceDataset& data,
                                               std::span<const std::int32_t> rows, Index views,
                                               const EvaluationProgress& progress = {});

// Of logits [labels.size() × classes]. Throws std::out_of_range when a label is no class.
Evaluation summarize(std::vector<float> logits, std::vector<std::uint8_t> labels,
                     std::size_t classes, double temperature = 1);

// What several networks, or views, say together: the logarithm of the mean of their calibrated
// probabilities, softmax(logits / temperature). logits: for each one [rows × classes].
std::vector<float> ensemble_logits(std::span<const std::vector<float>> logits,
                                   std::span<const double> temperatures, std::size_t classes);

// Of the given rows. Throws std::out_of_range when a label is no class of the network.
Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    std::span<const std::int32_t> rows, const EvaluationProgress& progress = {},
                    double temperature = 1);
// Of all.
Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    const EvaluationProgress& progress = {}, double temperature = 1);

}  // namespace inkling
