#include "train/checkpoint.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "train/metrics.h"

namespace inkling {
namespace {

using Json = nlohmann::json;

constexpr const char* kOptionsKey = "inkling.options";
constexpr const char* kDataKey = "inkling.data";
constexpr const char* kProgressKey = "inkling.progress";
constexpr const char* kFirstMoment = "adam.first_moment.";
constexpr const char* kSecondMoment = "adam.second_moment.";
constexpr const char* kAverage = "ema.";

// Weights, moments and averages as parameters of one list: all have names, shapes and layouts.
std::vector<Parameter> all_tensors(Trainer& trainer) {
  std::vector<Parameter> all = trainer.network().parameters();
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({kFirstMoment + all[i].name, Variable(trainer.optimizer().first_moments()[i]),
                   all[i].layout});
    all.push_back({kSecondMoment + all[i].name, Variable(trainer.optimizer().second_moments()[i]),
                   all[i].layout});
  }
  if (trainer.options().ema > 0) {
    for (const Parameter& average : trainer.result().parameters()) {
      all.push_back({kAverage + average.name, average.variable, average.layout});
    }
  }
  return all;
}

std::string progress_json(Trainer& trainer) {
  const TrainProgress& progress = trainer.progress();
  Json history = Json::array();
  for (const EpochRecord& record : progress.history) {
    history.push_back(Json::parse(to_json_line(record)));
  }
  return Json{{"epoch", progress.epoch},
              {"step_in_epoch", progress.step_in_epoch},
              {"loss_sum", progress.loss_sum},
              {"correct", progress.correct},
              {"seconds", progress.seconds},
              {"steps", trainer.steps()},
              {"history", history}}
      .dump();
}

TrainProgress parse_progress(const Json& json) {
  TrainProgress progress{.epoch = json.at("epoch").get<Index>(),
                         .step_in_epoch = json.at("step_in_epoch").get<Index>(),
                         .loss_sum = json.at("loss_sum").get<double>(),
                         .correct = json.at("correct").get<Index>(),
                         .seconds = json.at("seconds").get<double>(),
                         .history = {}};
  for (const Json& record : json.at("history")) {
    progress.history.push_back(parse_json_line(record.dump()));
  }
  return progress;
}

// A checkpoint is read from a file, and a file may hold anything: only what a training can reach.
bool is_reachable(const TrainProgress& progress, Index steps, const Trainer& trainer) {
  return progress.epoch >= 0 && progress.epoch <= trainer.options().epochs &&
         progress.step_in_epoch >= 0 && progress.step_in_epoch <= trainer.steps_per_epoch() &&
         std::ssize(progress.history) == progress.epoch && progress.correct >= 0 &&
         progress.seconds >= 0 && std::isfinite(progress.loss_sum) &&
         steps == progress.epoch * trainer.steps_per_epoch() + progress.step_in_epoch;
}

[[noreturn]] void fail_other_option(const std::string& file, const std::string& option,
                                    const std::string& before, const std::string& now) {
  throw WeightsError(file + ": this checkpoint was made with " + option + " " + before + ", not " +
                     now + ": resume with the same options, or train into another folder");
}

// The options as JSON, with what a version before this one did not write. Null for something else.
Json complete(const std::string& stored) {
  try {
    return Json::parse(to_json(parse_train_options(stored)));
  } catch (const Json::exception&) {
  } catch (const std::invalid_argument&) {  // an invalid network, an unknown schedule
  }
  return nullptr;
}

void check_options(const std::string& stored, const TrainOptions& options,
                   const std::string& file) {
  const Json before = complete(stored);
  const Json now = Json::parse(to_json(options));
  for (const auto& [key, value] : now.items()) {
    if (!before.is_object() || !before.contains(key)) {
      fail_other_option(file, key, "unknown", value.dump());
    }
    const bool grown = key == "epochs" && before[key] < value;
    if (before[key] != value && !grown) {
      fail_other_option(file, key, before[key].dump(), value.dump());
    }
  }
}

// A checksum as text: it is compared, never computed with.
void check_data(const std::string& stored, const Trainer& trainer, const std::string& file) {
  if (stored != std::to_string(trainer.data_checksum())) {
    throw WeightsError(file +
                       ": this checkpoint was made with another training set: resume with the "
                       "same data, or train into another folder");
  }
}

const std::string& metadata_text(const Safetensors& contents, const char* key,
                                 const std::string& file) {
  const auto found = contents.metadata.find(key);
  if (found == contents.metadata.end()) {
    throw WeightsError(file + ": expected " + key +
                       " in the metadata (is it a checkpoint of inkling train?)");
  }
  return found->second;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, Trainer& trainer) {
  Safetensors contents;
  contents.metadata = model_metadata(trainer.network(), trainer.options().normalization);
  contents.metadata[kOptionsKey] = to_json(trainer.options());
  contents.metadata[kDataKey] = std::to_string(trainer.data_checksum());
  contents.metadata[kProgressKey] = progress_json(trainer);
  const std::vector<Parameter> tensors = all_tensors(trainer);
  std::vector<std::vector<std::byte>> storage;
  for (const Parameter& tensor : tensors) {
    storage.push_back(parameter_bytes(tensor, WeightsPrecision::float32));
    contents.tensors.push_back({tensor.name, "F32", tensor.file_shape(), storage.back()});
  }
  write_file_atomically(path, serialize_safetensors(contents));
}

void load_checkpoint(const std::filesystem::path& path, Trainer& trainer) {
  const std::string file = path.string();
  const std::vector<std::byte> bytes = read_file(path);
  const Safetensors contents = parse_safetensors(bytes, file);
  check_options(metadata_text(contents, kOptionsKey, file), trainer.options(), file);
  check_data(metadata_text(contents, kDataKey, file), trainer, file);
  std::vector<Parameter> tensors = all_tensors(trainer);
  if (contents.tensors.size() != tensors.size()) {
    throw WeightsError(file + ": expected " + std::to_string(tensors.size()) +
                       " tensors, received " + std::to_string(contents.tensors.size()));
  }
  try {
    const Json json = Json::parse(metadata_text(contents, kProgressKey, file));
    TrainProgress progress = parse_progress(json);
    const Index steps = json.at("steps").get<Index>();
    if (!is_reachable(progress, steps, trainer)) {
      throw WeightsError(file + ": expected " + kProgressKey + " of a training of " +
                         std::to_string(trainer.options().epochs) + " epochs of " +
                         std::to_string(trainer.steps_per_epoch()) +
                         " steps, received other numbers (damaged)");
    }
    trainer.progress() = std::move(progress);
  } catch (const Json::exception&) {
    throw WeightsError(file + ": expected " + kProgressKey +
                       " as written by inkling train, received something else");
  }
  for (Parameter& tensor : tensors) {
    const auto entry =
        std::find_if(contents.tensors.begin(), contents.tensors.end(),
                     [&](const SafetensorsEntry& e) { return e.name == tensor.name; });
    if (entry == contents.tensors.end()) {
      throw WeightsError(file + ": expected the tensor " + tensor.name + ", which is missing");
    }
    restore_parameter(tensor, *entry, file);
  }
}

}  // namespace inkling
