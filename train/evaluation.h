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
  double loss = 0;                            // mean cross-entropy
  std::vector<std::vector<Index>> confusion;  // [truth][prediction]
  std::vector<std::uint8_t> predictions;      // for each row evaluated
  std::vector<float> confidences;             // the prediction's probability

  // Half of the predictions are surer; of an even number the upper one of the middle two. 0 of
  // none.
  float median_confidence() const;
  double accuracy() const {
    return count > 0 ? static_cast<double>(correct) / static_cast<double>(count) : 0;
  }
};

// Told how many of how many images are done, after each batch.
using EvaluationProgress = std::function<void(Index done, Index total)>;

// Of the given rows. Throws std::out_of_range when a label is no class of the network.
Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    std::span<const std::int32_t> rows, const EvaluationProgress& progress = {});
// Of all.
Evaluation evaluate(const Network& network, const DeviceDataset& data,
                    const EvaluationProgress& progress = {});

}  // namespace inkling
