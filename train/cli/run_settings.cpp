#include "train/cli/run_settings.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"

namespace inkling {

namespace {

std::optional<Calibration> parse_calibration(const nlohmann::json& settings) {
  const auto found = settings.find("calibration");
  if (found == settings.end() || found->is_null()) {
    return std::nullopt;
  }
  const Calibration result{found->at("temperature").get<double>(),
                           found->at("min_confidence").get<double>()};
  if (!is_valid(result)) {
    throw std::invalid_argument("calibration");
  }
  return result;
}

}  // namespace

std::string to_json(const RunSettings& settings) {
  auto json = nlohmann::ordered_json::parse(to_json(settings.options));
  json["data"] = settings.data.string();
  json["device"] = settings.device;
  json["threads"] = settings.threads;
  json["checkpoint_every"] = settings.checkpoint_every;
  json["weights_dtype"] = name_of(kWeightsPrecisions, settings.weights_dtype);
  json["test"] = settings.test;
  json["min_accuracy"] = settings.min_accuracy;
  json["calibration"] = nullptr;
  if (settings.calibration) {
    json["calibration"] = {{"temperature", settings.calibration->temperature},
                           {"min_confidence", settings.calibration->min_confidence}};
  }
  json["answer_share"] = settings.answer_share;
  return json.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

RunSettings parse_run_settings(std::string_view text, const std::string& file) {
  try {
    const auto json = nlohmann::json::parse(text);
    const RunSettings unnamed;  // 0.1.0 wrote the options alone
    const std::string unnamed_weights_dtype = name_of(kWeightsPrecisions, unnamed.weights_dtype);
    return {.options = parse_train_options(text),
            .data = json.value("data", ""),
            .device = json.value("device", unnamed.device),
            .threads = json.value("threads", unnamed.threads),
            .checkpoint_every = json.value("checkpoint_every", unnamed.checkpoint_every),
            .weights_dtype = parse_choice(kWeightsPrecisions,
                                          json.value("weights_dtype", unnamed_weights_dtype)),
            .test = json.value("test", unnamed.test),
            .min_accuracy = json.value("min_accuracy", unnamed.min_accuracy),
            .calibration = parse_calibration(json),
            .answer_share = json.value("answer_share", unnamed.answer_share)};
  } catch (const nlohmann::json::exception&) {
  } catch (const std::invalid_argument&) {  // an invalid network, an unknown schedule, and the like
  }
  throw FileError(file +
                  ": expected the settings of a training as inkling train writes them, "
                  "received something else: train into another folder");
}

}  // namespace inkling
