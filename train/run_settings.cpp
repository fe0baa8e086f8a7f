#include "train/run_settings.h"

#include <nlohmann/json.hpp>

#include "engine/atomic_file.h"

namespace inkling {

std::string to_json(const RunSettings& settings) {
  auto json = nlohmann::ordered_json::parse(to_json(settings.options));
  json["data"] = settings.data.string();
  json["device"] = settings.device;
  json["threads"] = settings.threads;
  json["checkpoint_every"] = settings.checkpoint_every;
  json["weights_dtype"] = settings.weights_dtype;
  json["test"] = settings.test;
  json["min_accuracy"] = settings.min_accuracy;
  return json.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

RunSettings parse_run_settings(std::string_view text, const std::string& file) {
  try {
    const auto json = nlohmann::json::parse(text);
    return {.options = parse_train_options(text),
            .data = json.at("data").get<std::string>(),
            .device = json.at("device").get<std::string>(),
            .threads = json.at("threads").get<int>(),
            .checkpoint_every = json.at("checkpoint_every").get<double>(),
            .weights_dtype = json.at("weights_dtype").get<std::string>(),
            .test = json.at("test").get<bool>(),
            .min_accuracy = json.at("min_accuracy").get<double>()};
  } catch (const nlohmann::json::exception&) {
  } catch (const std::invalid_argument&) {  // a network or a schedule that there is not
  }
  throw FileError(file +
                  ": expected the settings of a training as inkling train writes them, "
                  "received something else: train into another folder");
}

}  // namespace inkling
