// inkling train: from IDX files to weights, with a log, pictures and checkpoints on the way.
#include <algorithm>
#include <cmath>
#include <csignal>

#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "engine/atomic_file.h"
#include "train/charts.h"
#include "train/checkpoint.h"
#include "train/commands.h"
#include "train/evaluation.h"
#include "train/flags.h"
#include "train/metrics.h"
#include "train/progress_display.h"

namespace inkling {
namespace {

namespace fs = std::filesystem;

// What a signal handler may touch. The second Ctrl-C finds the default handler again and ends the
// program at once.
volatile std::sig_atomic_t stopped_by = 0;

void on_interrupt(int signal) {
  stopped_by = signal;
  std::signal(signal, SIG_DFL);
}

struct TrainCommand {
  fs::path data;
  fs::path out;
  std::string network_file;
  std::string schedule = "one-cycle";
  std::string weights_dtype = "float32";
  std::string precision = "float32";
  TrainOptions options;
  DeviceFlags device;
  double min_accuracy = 0;
  bool resume = false;
  bool no_test = false;
  bool json = false;

  void add_flags(CLI::App& command);
  int run();

 private:
  void prepare_folder() const;
  void write_log(const Trainer& trainer) const;
  int interrupted_exit(Trainer& trainer) const;
  int finish(Trainer& trainer, const Dataset& test, const Device& on) const;
  Dataset load_test_set() const;
  void write_predictions(const Dataset& test, const Evaluation& result) const;
  fs::path checkpoint() const { return out / "checkpoint.safetensors"; }
  fs::path model() const { return out / "model.safetensors"; }
};

void TrainCommand::add_flags(CLI::App& command) {
  command.option_defaults()->multi_option_policy(
      CLI::MultiOptionPolicy::TakeLast);  // a script's flags, then the user's
  command.add_option("--data", data, "folder of MNIST's four IDX files, plain or .gz")->required();
  command.add_option("--out", out, "folder for weights, checkpoint, log and pictures")->required();
  command.add_option("--network", network_file,
                     "a network spec in JSON (default: the built-in LargerCNN)");
  command.add_option("--epochs", options.epochs)
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command.add_option("--batch-size", options.batch_size)
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command.add_option("--lr", options.learning_rate, "peak learning rate of Adam")
      ->check(number_in(1e-12, 1000))
      ->capture_default_str();
  command.add_option("--schedule", schedule, "constant, step, cosine or one-cycle")
      ->check(CLI::IsMember({"constant", "step", "cosine", "one-cycle"}))
      ->capture_default_str();
  command.add_option("--label-smoothing", options.label_smoothing)
      ->check(number_in(0, 0.99))
      ->capture_default_str();
  command.add_option("--weight-decay", options.weight_decay)
      ->check(number_in(0, 1))
      ->capture_default_str();
  command
      .add_option("--augment-rotation", options.augmentation.rotation,
                  "turn each training image by up to so many degrees")
      ->check(number_in(0, 180))
      ->capture_default_str();
  command
      .add_option("--augment-shift", options.augmentation.shift, "move it by up to so many pixels")
      ->check(number_in(0, 1000))
      ->capture_default_str();
  command
      .add_option("--augment-zoom", options.augmentation.zoom,
                  "make it larger or smaller by up to this share")
      ->check(number_in(0, 0.9))
      ->capture_default_str();
  command
      .add_option("--augment-shear", options.augmentation.shear,
                  "slant it by up to so many degrees")
      ->check(number_in(0, 80))
      ->capture_default_str();
  command
      .add_option(
          "--precision", precision,
          "float32, or bf16: activations and products in bfloat16 on a GPU, weights in float32")
      ->check(CLI::IsMember({"float32", "bf16"}))
      ->capture_default_str();
  command
      .add_option("--validation", options.validation,
                  "images held out of the training set; 0 trains on all")
      ->check(whole_number())
      ->capture_default_str();
  command.add_option("--seed", options.seed)->check(whole_number())->capture_default_str();
  device.add_to(command);
  command
      .add_option("--weights-dtype", weights_dtype,
                  "how model.safetensors stores numbers: float32 or float16")
      ->check(CLI::IsMember({"float32", "float16"}))
      ->capture_default_str();
  command
      .add_option("--min-accuracy", min_accuracy,
                  "exit with code 3 when the test accuracy (0 to 1) is below")
      ->check(number_in(0, 1));
  command.add_flag(
      "--no-test", no_test,
      "leave the test set unread: for runs that choose settings on the validation split");
  command.add_flag("--resume", resume,
                   "go on from the checkpoint in --out, bit for bit as if never stopped");
  command.add_flag("--json", json,
                   "print the result as one JSON object; progress stays on standard error");
  command.footer("Example: inkling train --data data/mnist --out runs/first --epochs 10");
}

void TrainCommand::prepare_folder() const {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) {
    throw FileError("cannot make the folder " + out.string() + ": " + error.message());
  }
  if (!resume && fs::exists(checkpoint())) {
    throw FileError(
        out.string() +
        " holds a training already: add --resume to go on with it, or give another --out");
  }
  if (resume && !fs::exists(checkpoint())) {
    throw FileError("expected the checkpoint " + checkpoint().string() +
                    " to resume from: leave --resume out to begin");
  }
}

// Before the training, so that a missing file is not found out after it.
Dataset TrainCommand::load_test_set() const {
  Dataset test = load_mnist(data, MnistSplit::test);
  if (test.height != options.network.height || test.width != options.network.width) {
    throw std::invalid_argument(
        "expected test pictures of " + std::to_string(options.network.height) + "×" +
        std::to_string(options.network.width) + " for " + options.network.name + ", received " +
        std::to_string(test.height) + "×" + std::to_string(test.width));
  }
  return test;
}

int TrainCommand::run() {
  options.schedule = parse_schedule(schedule);
  options.precision = precision == "bf16" ? Dtype::bfloat16 : Dtype::float32;
  if (no_test && min_accuracy > 0) {
    throw std::invalid_argument("expected --min-accuracy or --no-test, received both");
  }
  if (!network_file.empty()) {
    const auto bytes = read_file(network_file);
    options.network =
        parse_network_spec({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  prepare_folder();
  const Device on = device.open();
  if (on.type() == DeviceType::cpu && options.precision != Dtype::float32) {
    throw std::invalid_argument(
        "expected --precision float32 on the CPU, received bf16: it needs a GPU (--device cuda)");
  }
  const Dataset test = no_test ? Dataset{} : load_test_set();
  Trainer trainer(options, load_mnist(data, MnistSplit::train), on);
  if (resume) {
    load_checkpoint(checkpoint(), trainer);
  }
  write_file_atomically(out / "config.json", to_json(options) + "\n");
  std::fprintf(stderr,
               "%s, %ld parameters, %ld images an epoch, batch %ld, %s schedule, seed %llu\n",
               options.network.name.c_str(), static_cast<long>(trainer.network().parameter_count()),
               static_cast<long>(trainer.images_per_epoch()), static_cast<long>(options.batch_size),
               schedule.c_str(), static_cast<unsigned long long>(options.seed));

  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  ProgressDisplay display(stderr);
  const bool complete = trainer.run({.after_step =
                                         [&](const Trainer& t) {
                                           display.after_step(t);
                                           return stopped_by == 0;
                                         },
                                     .after_epoch =
                                         [&](const Trainer& t) {
                                           display.after_epoch(t);
                                           save_checkpoint(checkpoint(), trainer);
                                           write_log(t);
                                         }});
  return complete ? finish(trainer, test, on) : interrupted_exit(trainer);
}

// metrics.jsonl, metrics.csv and loss.png. A loss of 0 has no place on the chart's logarithmic scale.
void TrainCommand::write_log(const Trainer& trainer) const {
  const std::vector<EpochRecord>& history = trainer.progress().history;
  write_metrics(out, history);
  std::vector<EpochPoint> points;
  for (const EpochRecord& record : history) {
    points.push_back({static_cast<int>(record.epoch), record.train_loss,
                      record.validation_loss.value_or(std::nan(""))});
  }
  if (std::any_of(points.begin(), points.end(),
                  [](const EpochPoint& point) { return point.train_loss > 0; })) {
    write_loss_chart(out / "loss.png", points);
  }
}

int TrainCommand::interrupted_exit(Trainer& trainer) const {
  save_checkpoint(checkpoint(), trainer);
  std::fprintf(
      stderr,
      "\ninterrupted: everything is in %s; the same command with --resume goes on from here\n",
      checkpoint().c_str());
  return 128 + stopped_by;  // as a shell reports a program that a signal ended
}

// The weights as a file, and what that very file is worth on the test set.
int TrainCommand::finish(Trainer& trainer, const Dataset& test, const Device& on) const {
  save_model(model(), trainer.network(), options.normalization,
             weights_dtype == "float16" ? WeightsPrecision::float16 : WeightsPrecision::float32);
  write_log(trainer);  // again: a resumed training may have lost it after its last epoch
  const EpochRecord& last = trainer.progress().history.back();
  nlohmann::ordered_json summary = {
      {"model", model().string()},     {"epochs", options.epochs},
      {"train_loss", last.train_loss}, {"validation_accuracy", nullptr},
      {"test_accuracy", nullptr},      {"images_per_second", last.images_per_second}};
  if (last.validation_accuracy) {
    summary["validation_accuracy"] = *last.validation_accuracy;
  }
  int exit_code = kSuccess;
  if (!no_test) {
    const Model saved = load_model(model(), on);
    const Evaluation result = evaluate(saved.network, DeviceDataset(test, saved.normalization, on));
    write_predictions(test, result);
    summary["test_accuracy"] = result.accuracy();
    summary["test_loss"] = result.loss;
    std::fprintf(stderr, "test accuracy %.2f %% (%ld of %ld right), loss %.4f\n",
                 100 * result.accuracy(), static_cast<long>(result.correct),
                 static_cast<long>(result.count), result.loss);
    if (!(result.accuracy() >= min_accuracy)) {
      std::fprintf(
          stderr,
          "inkling: expected a test accuracy of at least %.4f (--min-accuracy), received %.4f\n",
          min_accuracy, result.accuracy());
      exit_code = kBelowAccuracy;
    }
  }
  std::fprintf(stderr, "weights: %s\n", model().c_str());
  if (json) {
    std::printf("%s\n", summary.dump().c_str());
  }
  return exit_code;
}

void TrainCommand::write_predictions(const Dataset& test, const Evaluation& result) const {
  write_prediction_sheet(out / "predictions.png", test.images, test.height, test.width, test.labels,
                         result.predictions, result.confidences);
}

}  // namespace

void add_train_command(CLI::App& app, int& exit_code) {
  auto state = std::make_shared<TrainCommand>();
  CLI::App* command = app.add_subcommand("train", "train a network on MNIST's IDX files");
  state->add_flags(*command);
  command->callback([state, &exit_code] { exit_code = state->run(); });
}

}  // namespace inkling
