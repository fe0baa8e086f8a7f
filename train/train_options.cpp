#include "train/train_options.h"

#include <nlohmann/json.hpp>

namespace inkling {

std::string to_json(const TrainOptions& options) {
  return nlohmann::ordered_json{
      {"network", nlohmann::ordered_json::parse(to_json(options.network))},
      {"normalization",
       {{"mean", options.normalization.mean}, {"deviation", options.normalization.deviation}}},
      {"epochs", options.epochs},
      {"batch_size", options.batch_size},
      {"validation", options.validation},
      {"learning_rate", options.learning_rate},
      {"schedule", to_string(options.schedule)},
      {"label_smoothing", options.label_smoothing},
      {"weight_decay", options.weight_decay},
      {"augmentation",
       {{"rotation", options.augmentation.rotation},
        {"shift", options.augmentation.shift},
        {"zoom", options.augmentation.zoom},
        {"shear", options.augmentation.shear}}},
      {"precision", to_string(options.precision)},
      {"seed", options.seed},
  }
      .dump(2);
}

}  // namespace inkling
