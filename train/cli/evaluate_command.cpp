// inkling evaluate: accuracy, loss, per class, confusion matrix.
#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "engine/program/flags.h"
#include "engine/program/resources.h"
#include "train/cli/commands.h"
#include "train/cli/progress_display.h"
#include "train/evaluation.h"

namespace inkling {
namespace {

struct EvaluateCommand {
  std::filesystem::path model;
  std::filesystem::path data;
  DeviceFlags device;
  bool train_split = false;
  bool json = false;

  int run() const;
};

double class_accuracy(const Evaluation& result, std::size_t truth) {
  Index total = 0;
  for (const Index count : result.confusion[truth]) {
    total += count;
  }
  return total > 0
             ? static_cast<double>(result.confusion[truth][truth]) / static_cast<double>(total)
             : 0;
}

// Where the network does not abstain.
struct Answers {
  double share = 0;
  double accuracy = 0;
};

Answers answers_of(const Evaluation& result, const Calibration& calibration) {
  const auto [count, correct] = result.answered(calibration.min_confidence);
  return {static_cast<double>(count) / static_cast<double>(std::max<Index>(1, result.count)),
          static_cast<double>(correct) / static_cast<double>(std::max<Index>(1, count))};
}

void print_json(const std::string& name, const Evaluation& result, const Calibration& calibration) {
  nlohmann::ordered_json per_class = nlohmann::ordered_json::array();
  for (std::size_t truth = 0; truth < result.confusion.size(); ++truth) {
    per_class.push_back({{"class", truth}, {"accuracy", class_accuracy(result, truth)}});
  }
  const Answers answers = answers_of(result, calibration);
  const nlohmann::ordered_json summary = {
      {"model", name},
      {"count", result.count},
      {"correct", result.correct},
      {"accuracy", result.accuracy()},
      {"loss", result.loss},
      {"median_confidence", result.median_confidence()},
      {"temperature", calibration.temperature},
      {"expected_calibration_error", result.expected_calibration_error()},
      {"min_confidence", calibration.min_confidence},
      {"answered", answers.share},
      {"answered_accuracy", answers.accuracy},
      {"per_class", per_class},
      {"confusion", result.confusion}};
  std::printf("%s\n", summary.dump().c_str());
}

void print_table(const std::string& name, const Evaluation& result,
                 const Calibration& calibration) {
  std::printf("%s: accuracy %.2f %% (%ld of %ld right), loss %.4f, median confidence %.3f\n",
              name.c_str(), 100 * result.accuracy(), static_cast<long>(result.correct),
              static_cast<long>(result.count), result.loss,
              static_cast<double>(result.median_confidence()));
  const Answers answers = answers_of(result, calibration);
  std::printf(
      "temperature %.3f: confidence and accuracy differ by %.2f %%; answers %.2f %%, of "
      "which %.2f %% are right\n\n",
      calibration.temperature, 100 * result.expected_calibration_error(), 100 * answers.share,
      100 * answers.accuracy);
  std::printf("truth \\ predicted\n        ");
  for (std::size_t predicted = 0; predicted < result.confusion.size(); ++predicted) {
    std::printf("%6zu", predicted);
  }
  std::printf("   right\n");
  for (std::size_t truth = 0; truth < result.confusion.size(); ++truth) {
    std::printf("%6zu  ", truth);
    for (const Index count : result.confusion[truth]) {
      std::printf("%6ld", static_cast<long>(count));
    }
    std::printf("  %6.2f %%\n", 100 * class_accuracy(result, truth));
  }
}

int EvaluateCommand::run() const {
  const Device on = device.open();
  const Model loaded = load_model(model.empty() ? shipped_model() : model, on);
  const Dataset dataset = load_mnist(data, train_split ? MnistSplit::train : MnistSplit::test);
  const NetworkSpec& spec = loaded.network.spec();
  check_pictures(spec, dataset);
  Evaluation result;
  {
    EvaluationDisplay display(stderr, spec.name);
    result = evaluate(
        loaded.network, DeviceDataset(dataset, loaded.normalization, on),
        [&](Index done, Index total) { display.show(done, total); },
        loaded.calibration.temperature);
  }
  if (json) {
    print_json(spec.name, result, loaded.calibration);
  } else {
    print_table(spec.name, result, loaded.calibration);
  }
  return kSuccess;
}

}  // namespace

Command add_evaluate_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "evaluate", "accuracy, loss and confusion matrix of weights on a data set");
  const auto state = std::make_shared<EvaluateCommand>();
  command->option_defaults()->group("Evaluation");
  command->add_option("--model", state->model, "weights file (default: those that come with it)")
      ->type_name("FILE");
  command->add_option("--data", state->data, "folder of MNIST's IDX files, plain or .gz")
      ->type_name("DIR")
      ->required();
  command->add_flag("--train-split", state->train_split,
                    "evaluate on the training images instead of the test images");
  command->add_flag("--json", state->json, "print one JSON object");
  state->device.add_to(*command);
  command->footer("Example:\n  inkling evaluate --data data/mnist");
  return {command, [state] { return state->run(); }};
}

}  // namespace inkling
