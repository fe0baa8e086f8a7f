// Everything that decides how a training goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/dataset.h"
#include "engine/io/weights.h"
#include "engine/network_spec.h"
#include "engine/optimizer.h"
#include "kernels/args/adam.h"
#include "kernels/args/batch.h"

namespace inkling {

// Of activations, and of weights where they are multiplied.
inline constexpr Choice<Dtype> kPrecisions[] = {{"float32", Dtype::float32},
                                                {"bf16", Dtype::bfloat16}};

struct TrainOptions {
  NetworkSpec network = larger_cnn();
  Normalization normalization;
  Index epochs = 10;
  Index batch_size = 64;
  // Images held out of the training set, always the same ones; 0 trains on all. By default a
  // twelfth of the set, 5,000 at most.
  std::optional<Index> validation;
  double learning_rate = 0.001;
  ScheduleKind schedule = ScheduleKind::one_cycle;
  double label_smoothing = 0;
  double weight_decay = 0;
  double warmup = 0.3;  // share of the steps in which one-cycle's learning rate rises
  double ema = 0;       // decay per step of averaged weights, which are what is saved; 0: none
  Augmentation augmentation;         // of the training images; none by default
  double non_digits = 0;             // pictures of no digit, as a share of the training images
  double european_digits = 0;        // made 1s and 7s, as a share, too
  Dtype precision = Dtype::float32;  // one of kPrecisions
  std::uint64_t seed = 1;
};

// LargerCNN for these pictures: of their size, with their classes.
NetworkSpec network_for(const Dataset& data);
// The network with the data's names for its classes, where it has none of its own.
NetworkSpec named_after(NetworkSpec network, const Dataset& data);

// The options as JSON: what config.json holds, and what a checkpoint compares before it resumes.
std::string to_json(const TrainOptions& options);
// Other keys are ignored. Throws nlohmann::json::exception or std::invalid_argument for text that
// holds no such options.
TrainOptions parse_train_options(std::string_view text);

}  // namespace inkling
