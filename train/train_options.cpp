#include "train/train_options.h"

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

// As config.json and checkpoints write them since 0.1.0: not the flag's "bf16".
constexpr Choice<Dtype> kStoredPrecisions[] = {{"float32", Dtype::float32},
                                               {"bfloat16", Dtype::bfloat16}};

}  // namespace

NetworkSpec network_for(const Dataset& data) {
  return named_after(larger_cnn(data.height, data.width, data.class_count()), data);
}

NetworkSpec named_after(NetworkSpec network, const Dataset& data) {
  if (network.class_names.empty()) {
    network.class_names = data.class_names;
  }
  return network;
}

std::string to_json(const TrainOptions& options) {
  return nlohmann::ordered_json{
      {"network", nlohmann::ordered_json::parse(to_json(options.network))},
      {"normalization",
       {{"mean", options.normalization.mean}, {"deviation", options.normalization.std}}},
      {"epochs", options.epochs},
      {"batch_size", options.batch_size},
      {"validation", options.validation ? nlohmann::ordered_json(*options.validation) : nullptr},
      {"learning_rate", options.learning_rate},
      {"schedule", name_of(kScheduleKinds, options.schedule)},
      {"label_smoothing", options.label_smoothing},
      {"weight_decay", options.weight_decay},
      {"warmup", options.warmup},
      {"ema", options.ema},
      {"augmentation",
       {{"rotation", options.augmentation.rotation},
        {"shift", options.augmentation.shift},
        {"zoom", options.augmentation.zoom},
        {"aspect", options.augmentation.aspect},
        {"shear", options.augmentation.shear},
        {"elastic", options.augmentation.elastic},
        {"thickness", options.augmentation.thickness},
        {"noise", options.augmentation.noise},
        {"erase", options.augmentation.erase}}},
      {"non_digits", options.non_digits},
      {"european_digits", options.european_digits},
      {"precision", name_of(kStoredPrecisions, options.precision)},
      {"seed", options.seed},
  }
      .dump(2);
}

TrainOptions parse_train_options(std::string_view text) {
  const auto json = nlohmann::json::parse(text);
  const auto& augmentation = json.at("augmentation");
  const auto& normalization = json.at("normalization");
  TrainOptions options;
  options.network = parse_network_spec(json.at("network").dump());
  options.normalization = {.mean = normalization.at("mean").get<double>(),
                           .std = normalization.at("deviation").get<double>()};
  options.epochs = json.at("epochs").get<Index>();
  options.batch_size = json.at("batch_size").get<Index>();
  if (!json.at("validation").is_null()) {
    options.validation = json.at("validation").get<Index>();
  }
  options.learning_rate = json.at("learning_rate").get<double>();
  options.schedule = parse_choice(kScheduleKinds, json.at("schedule").get<std::string>());
  options.label_smoothing = json.at("label_smoothing").get<double>();
  options.weight_decay = json.at("weight_decay").get<double>();
  // What 0.1.0 did not have yet is optional.
  options.warmup = json.value("warmup", options.warmup);
  options.ema = json.value("ema", options.ema);
  options.augmentation = {.rotation = augmentation.at("rotation").get<double>(),
                          .shift = augmentation.at("shift").get<double>(),
                          .zoom = augmentation.at("zoom").get<double>(),
                          .aspect = augmentation.value("aspect", 0.0),
                          .shear = augmentation.at("shear").get<double>(),
                          .elastic = augmentation.value("elastic", 0.0),
                          .thickness = augmentation.value("thickness", 0.0),
                          .noise = augmentation.value("noise", 0.0),
                          .erase = augmentation.value("erase", 0.0)};
  options.non_digits = json.value("non_digits", options.non_digits);
  options.european_digits = json.value("european_digits", options.european_digits);
  options.precision = parse_choice(kStoredPrecisions, json.at("precision").get<std::string>());
  options.seed = json.at("seed").get<std::uint64_t>();
  return options;
}

}  // namespace inkling
