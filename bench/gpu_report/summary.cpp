#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/gpu_report/sections.h"

namespace inkling {
namespace {

// docs/performance.md: on an H200.
constexpr double kMaxEpochSeconds = 0.150;
constexpr double kLeastOfEager = 4;
constexpr double kLeastOfTuned = 1.3;
constexpr double kLeastAccuracy = 0.9928;
constexpr std::size_t kSeeds = 10;
constexpr double kMaxTrainingSeconds = 0.5;
constexpr const char* kTimed = "train-bf16-512";  // the training that the targets are about

std::vector<double> seconds_of(const Json& training) {
  std::vector<double> seconds;
  for (const Json& epoch : member(training, "epochs")) {
    if (member(epoch, "seconds").is_number()) {
      seconds.push_back(epoch["seconds"].get<double>());
    }
  }
  return seconds;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

Json median_epoch(const Json& training) {
  std::vector<double> seconds = seconds_of(training);
  if (seconds.size() > 1) {
    seconds.erase(seconds.begin());
  }
  if (seconds.empty()) {
    return {};
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

// Over the trainings called accuracy-….
Json accuracy_of(const Json& trainings) {
  std::vector<double> accuracies;
  std::vector<double> seconds;
  for (const auto& [name, training] : trainings.items()) {
    const Json accuracy = member(member(training, "summary"), "test_accuracy");
    if (name.starts_with("accuracy-") && accuracy.is_number()) {
      accuracies.push_back(accuracy.get<double>());
      double sum = 0;
      for (const double epoch : seconds_of(training)) {
        sum += epoch;
      }
      seconds.push_back(sum);
    }
  }
  if (accuracies.empty()) {
    return {};
  }
  double squares = 0;
  for (const double accuracy : accuracies) {
    squares += std::pow(accuracy - mean(accuracies), 2);
  }
  const auto count = static_cast<double>(accuracies.size());
  return {{"seeds", accuracies.size()},
          {"mean", mean(accuracies)},
          {"deviation", count > 1 ? std::sqrt(squares / (count - 1)) : 0},
          {"least", *std::min_element(accuracies.begin(), accuracies.end())},
          {"training_seconds", mean(seconds)}};
}

Json ratio(const Json& theirs, const Json& ours) {
  if (!theirs.is_number() || !ours.is_number() || ours.get<double>() <= 0) {
    return {};
  }
  return theirs.get<double>() / ours.get<double>();
}

Json target(const char* what, double asked, const Json& measured, bool at_most) {
  Json met;
  if (measured.is_number()) {
    met = at_most ? measured.get<double>() <= asked : measured.get<double>() >= asked;
  }
  return {{"target", what}, {"asked", asked}, {"measured", measured}, {"met", met}};
}

}  // namespace

Json member(const Json& json, const char* key) {
  const auto found = json.find(key);
  return json.is_object() && found != json.end() ? *found : Json();
}

Json summary_of(const Json& trainings, const Json& pytorch) {
  Json epochs = Json::object();
  for (const auto& [name, training] : trainings.items()) {
    if (name.starts_with("train-")) {
      epochs[name] = median_epoch(training);
    }
  }
  const Json ours = member(epochs, kTimed);
  const Json eager = ratio(member(member(pytorch, "eager"), "seconds_per_epoch"), ours);
  const Json tuned = ratio(member(member(pytorch, "tuned"), "seconds_per_epoch"), ours);
  const Json accuracy = accuracy_of(trainings);
  const Json all_seeds = member(accuracy, "seeds") == kSeeds ? accuracy : Json();
  return {{"seconds_per_epoch", epochs},
          {"accuracy", accuracy},
          {"times_eager_pytorch", eager},
          {"times_tuned_pytorch", tuned},
          {"targets",
           {target("seconds an epoch at batch 512, at most", kMaxEpochSeconds, ours, true),
            target("times as fast as PyTorch, eager, at least", kLeastOfEager, eager, false),
            target("times as fast as PyTorch, tuned, at least", kLeastOfTuned, tuned, false),
            target("mean test accuracy over ten seeds, at least", kLeastAccuracy,
                   member(all_seeds, "mean"), false),
            target("seconds of training for it, at most", kMaxTrainingSeconds,
                   member(all_seeds, "training_seconds"), true)}}};
}

}  // namespace inkling
