// Everything that decides how a training goes.
#pragma once

#include <filesystem>
#include <string>

#include "engine/network_spec.h"
#include "engine/optimizer.h"
#include "engine/weights.h"

namespace inkling {

struct TrainOptions {
  NetworkSpec network = larger_cnn();
  Normalization normalization;
  Index epochs = 10;
  Index batch_size = 64;
  Index validation =
      5000;  // images held out of the training set, always the same ones; 0 trains on all
  double learning_rate = 0.001;
  ScheduleKind schedule = ScheduleKind::one_cycle;
  double label_smoothing = 0;
  double weight_decay = 0;
  Augmentation augmentation;  // of the training images; none by default
  Dtype precision = Dtype::
      float32;  // of activations, and of weights where they are multiplied: float32 or bfloat16
  std::uint64_t seed = 1;
};

// The options as JSON: what config.json holds, and what a checkpoint compares before it resumes.
std::string to_json(const TrainOptions& options);

}  // namespace inkling
