// One step of a training, captured once: on a GPU, each further step is one launch.
#pragma once

#include <map>
#include <span>

#include "engine/device_graph.h"
#include "engine/network.h"
#include "engine/optimizer.h"
#include "train/device_dataset.h"
#include "train/train_options.h"

namespace inkling {

// Gathers a batch, goes forward and back, and updates the weights. All that differs from step to
// step is in tables on the device, sent once an epoch: the order of the images, Adam's
// coefficients. Not thread-safe.
class TrainingStep {
 public:
  // All four are used until the end.
  TrainingStep(const TrainOptions& options, const DeviceDataset& data, Network& network,
               Adam& optimizer);
  TrainingStep(const TrainingStep&) = delete;  // its graphs hold its address
  TrainingStep& operator=(const TrainingStep&) = delete;

  // What is done of a training and of its epoch.
  struct Position {
    Index steps = 0;  // of the training
    Index steps_of_epoch = 0;
    Index images_of_epoch = 0;
    double loss_sum = 0;  // of this epoch's images
    Index correct = 0;
  };
  // The rows that the epoch takes, in order, and the learning rate of each of its steps: as many as
  // in the epochs before. Waits for the device.
  void begin_epoch(std::span<const std::int32_t> rows, std::span<const double> learning_rates,
                   const Position& position);

  // The next `batch` rows of the epoch. On a GPU it returns before the step is done.
  void run(Index batch);

  // What the epoch's images gave so far. Waits for the device.
  struct Results {
    double loss_sum = 0;
    Index correct = 0;
  };
  Results results() const;

 private:
  void work(Index batch);

  const TrainOptions& options_;
  const DeviceDataset& data_;
  Network& network_;
  Adam& optimizer_;
  // [steps of an epoch]
  DeviceArray<AdamCoefficients<float>> coefficients_;
  Tensor order_;                         // int32 [images of an epoch]
  Tensor counters_;                      // int32 [3]: LoadStepInputs in kernels/args/step.h
  Tensor sums_;                          // float64 [2]
  std::map<Index, DeviceGraph> graphs_;  // by size of batch: an epoch's last one may be smaller
};

}  // namespace inkling
