// All that `inkling train` was asked for: what config.json holds, and what --resume takes from it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "train/train_options.h"

namespace inkling {

struct RunSettings {
  TrainOptions options;
  // These do not change what is learned, beyond what another device changes in the last bits.
  std::filesystem::path data;  // folder of the IDX files, absolute
  std::string device = "auto";
  int threads = 0;
  double checkpoint_every = 180;  // seconds within an epoch
  WeightsPrecision weights_dtype = WeightsPrecision::float32;
  bool test = true;         // evaluate on the test set at the end
  double min_accuracy = 0;  // on the test set, 0 to 1
  // The calibration that the weights file gets: this one, or one fitted on the images held out,
  // with which the network answers that share of them.
  std::optional<Calibration> calibration;
  double answer_share = 0.99;
};

std::string to_json(const RunSettings& settings);
// Throws FileError with one line that starts with `file` when the text is not what to_json()
// writes.
RunSettings parse_run_settings(std::string_view text, const std::string& file);

}  // namespace inkling
