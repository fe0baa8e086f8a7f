// inkling evaluate: accuracy, loss, per class, confusion matrix.
#include <algorithm>
#include <numeric>
#include <span>

#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "engine/program/flags.h"
#include "engine/program/resources.h"
#include "train/cli/commands.h"
#include "train/cli/progress_display.h"
#include "train/evaluation.h"
#include "train/shuffle.h"

namespace inkling {
namespace {

struct EvaluateCommand {
  std::vector<std::filesystem::path> models;
  std::filesystem::path data;
  DeviceFlags device;
  bool train_split = false;
  Index held_out = 0;
  Index views = 1;
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

// What was evaluated: a network, or several together.
struct Subject {
  std::string name;
  std::vector<std::string> classes;
  Calibration calibration;
};

void print_json(const Subject& subject, const Evaluation& result) {
  const Calibration& calibration = subject.calibration;
  nlohmann::ordered_json per_class = nlohmann::ordered_json::array();
  for (std::size_t truth = 0; truth < result.confusion.size(); ++truth) {
    per_class.push_back({{"class", truth},
                         {"name", subject.classes[truth]},
                         {"accuracy", class_accuracy(result, truth)}});
  }
  const Answers answers = answers_of(result, calibration);
  const nlohmann::ordered_json summary = {
      {"model", subject.name},
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

// The class's number on the right of `width` characters; or, where classes have names, on the left
// of one.
std::string row_label(const Subject& subject, std::size_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  const std::string& name = subject.classes[number];
  const auto padding = [](std::size_t wanted, const std::string& text) {
    const auto characters =
        static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
        }));
    return std::string(wanted - std::min(wanted, characters), ' ');
  };
  if (name == digits) {
    return padding(width, digits) + digits;
  }
  const std::string label = padding(2, digits) + digits + " " + name;
  return label + padding(width, label);
}

void print_table(const Subject& subject, const Evaluation& result) {
  const Calibration& calibration = subject.calibration;
  std::printf("%s: accuracy %.2f %% (%ld of %ld right), loss %.4f, median confidence %.3f\n",
              subject.name.c_str(), 100 * result.accuracy(), static_cast<long>(result.correct),
              static_cast<long>(result.count), result.loss,
              static_cast<double>(result.median_confidence()));
  const Answers answers = answers_of(result, calibration);
  std::printf(
      "temperature %.3f: confidence and accuracy differ by %.2f %%; answers %.2f %%, of "
      "which %.2f %% are right\n\n",
      calibration.temperature, 100 * result.expected_calibration_error(), 100 * answers.share,
      100 * answers.accuracy);
  std::size_t width = 6;
  for (std::size_t truth = 0; truth < subject.classes.size(); ++truth) {
    width = std::max(width, row_label(subject, truth, 0).size());
  }
  std::printf("truth \\ predicted\n  %s", std::string(width, ' ').c_str());
  for (std::size_t predicted = 0; predicted < result.confusion.size(); ++predicted) {
    std::printf("%6zu", predicted);
  }
  std::printf("   right\n");
  for (std::size_t truth = 0; truth < result.confusion.size(); ++truth) {
    std::printf("%s  ", row_label(subject, truth, width).c_str());
    for (const Index count : result.confusion[truth]) {
      std::printf("%6ld", static_cast<long>(count));
    }
    std::printf("  %6.2f %%\n", 100 * class_accuracy(result, truth));
  }
}

// The logits of one network, for each view of the pictures, and what is known of it.
struct Member {
  Subject subject;
  std::vector<std::vector<float>> logits;
};

// Where the data set says what its classes are, they are the network's: else every answer is wrong.
void check_classes(const Network& network, const Dataset& dataset) {
  const std::vector<std::string> expected = network.class_names();
  if (!dataset.class_names.empty() && dataset.class_names != expected) {
    const auto shown = [](const std::vector<std::string>& names) {
      return std::to_string(names.size()) + ", " + names.front() + " … " + names.back();
    };
    throw std::invalid_argument("expected a data set of the classes of " + network.spec().name +
                                " (" + shown(expected) + "), received one of others (" +
                                shown(dataset.class_names) + ")");
  }
}

Member evaluate_member(const std::filesystem::path& file, const Dataset& dataset,
                       std::span<const std::int32_t> rows, Index views, const Device& device) {
  const Model model = load_model(file, device);
  const NetworkSpec& spec = model.network.spec();
  check_pictures(spec, dataset);
  check_classes(model.network, dataset);
  EvaluationDisplay display(stderr, spec.name);
  return {{spec.name, model.network.class_names(), model.calibration},
          view_logits_of(model.network, DeviceDataset(dataset, model.normalization, device), rows,
                         views, [&](Index done, Index total) { display.show(done, total); })};
}

// What all views of all networks say, as one network's logits. Those of several are calibrated
// already, and abstain as the first.
struct Answer {
  Subject subject;
  std::vector<float> logits;
};

Answer together(const std::vector<Member>& members) {
  Answer result{members.front().subject, members.front().logits.front()};
  if (members.size() == 1 && members.front().logits.size() == 1) {
    return result;
  }
  std::vector<std::vector<float>> logits;
  std::vector<double> temperatures;
  for (const Member& member : members) {
    if (member.subject.classes != result.subject.classes) {
      throw std::invalid_argument("expected networks of the same classes, received " +
                                  result.subject.name + " and " + member.subject.name +
                                  ", whose classes differ");
    }
    logits.insert(logits.end(), member.logits.begin(), member.logits.end());
    temperatures.insert(temperatures.end(), member.logits.size(),
                        member.subject.calibration.temperature);
  }
  if (members.size() > 1) {
    result.subject.name = std::to_string(members.size()) + " networks together";
  }
  if (const std::size_t views = members.front().logits.size(); views > 1) {
    result.subject.name += ", " + std::to_string(views) + " views";
  }
  result.subject.calibration.temperature = 1;
  result.logits = ensemble_logits(logits, temperatures, result.subject.classes.size());
  return result;
}

int EvaluateCommand::run() const {
  const Device on = device.open();
  const bool training_images = train_split || held_out > 0;
  const Dataset dataset = load_mnist(data, training_images ? MnistSplit::train : MnistSplit::test);
  std::vector<std::int32_t> rows;
  if (held_out > 0) {
    rows = split_validation(dataset.size(), held_out).validation;
  } else {
    rows.resize(static_cast<std::size_t>(dataset.size()));
    std::iota(rows.begin(), rows.end(), 0);
  }
  std::vector<Member> members;
  for (const std::filesystem::path& file : models.empty() ? std::vector{shipped_model()} : models) {
    members.push_back(evaluate_member(file, dataset, rows, views, on));
  }
  std::vector<std::uint8_t> labels;
  for (const std::int32_t row : rows) {
    labels.push_back(dataset.labels[static_cast<std::size_t>(row)]);
  }
  const Answer answer = together(members);
  const Evaluation result = summarize(answer.logits, labels, answer.subject.classes.size(),
                                      answer.subject.calibration.temperature);
  if (json) {
    print_json(answer.subject, result);
  } else {
    print_table(answer.subject, result);
  }
  return kSuccess;
}

}  // namespace

Command add_evaluate_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "evaluate", "accuracy, loss and confusion matrix of weights on a data set");
  const auto state = std::make_shared<EvaluateCommand>();
  command->option_defaults()->group("Evaluation");
  command
      ->add_option(
          "--model", state->models,
          "weights file (default: those that come with it); given more than once: the mean "
          "of their probabilities")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--data", state->data, "folder of a data set's IDX files, plain or .gz")
      ->type_name("DIR")
      ->required();
  CLI::Option* train_split =
      command->add_flag("--train-split", state->train_split,
                        "evaluate on the training images instead of the test images");
  command
      ->add_option("--held-out", state->held_out,
                   "evaluate on so many of the training images, those that inkling train "
                   "--validation holds out: for choosing settings without the test images")
      ->check(whole_number_in(1, 1'000'000'000))
      ->excludes(train_split)
      ->type_name("N");
  command
      ->add_option("--views", state->views,
                   "of each picture: as it is, and moved and turned a little; the mean of their "
                   "probabilities")
      ->check(whole_number_in(1, 1000))
      ->type_name("N")
      ->capture_default_str();
  command->add_flag("--json", state->json, "print one JSON object");
  state->device.add_to(*command);
  command->footer("Example:\n  inkling evaluate --data data/mnist");
  return {command, [state] { return state->run(); }};
}

}  // namespace inkling
