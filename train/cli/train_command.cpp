// inkling train: from IDX files to weights, with a log, pictures and checkpoints on the way.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>

#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "engine/io/atomic_file.h"
#include "kernels/cpu/instruction_level.h"
#include "kernels/cpu/simd/product.h"
#include "train/calibration.h"
#include "train/charts/charts.h"
#include "train/checkpoint.h"
#include "train/cli/commands.h"
#include "train/cli/progress_display.h"
#include "train/cli/run_folder.h"
#include "train/cli/train_flags.h"
#include "train/european_digits.h"
#include "train/evaluation.h"
#include "train/metrics.h"

namespace inkling {
namespace {

using Clock = std::chrono::steady_clock;

// What a signal handler may touch. The second Ctrl-C finds the default handler again and ends the
// program at once.
volatile std::sig_atomic_t stopped_by = 0;

void on_stop_signal(int signal) {
  stopped_by = signal;
  std::signal(signal, SIG_DFL);
}

// Ctrl-C, kill, and a terminal that is closed. Where a signal is ignored, it stays so: nohup asks
// for that.
void catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (std::signal(signal, on_stop_signal) == SIG_IGN) {
      std::signal(signal, SIG_IGN);
    }
  }
}

Device open_device(const RunSettings& settings) {
  Device device = DeviceFlags{.device = settings.device, .threads = settings.threads}.open();
  if (device.type() == DeviceType::cpu && settings.options.precision == Dtype::bfloat16 &&
      !cpu::simd::has_bf16()) {
    throw UsageError("expected --precision float32, received bf16: this processor (" +
                     std::string(cpu::name_of(cpu::instruction_level())) +
                     ") has no dot products of bf16, with which it would be faster");
  }
  return device;
}

// metrics.jsonl, metrics.csv and loss.png. A loss of 0 cannot be drawn on the chart's logarithmic
// scale.
void write_log(const RunFolder& folder, const Trainer& trainer) {
  const std::vector<EpochRecord>& history = trainer.progress().history;
  write_metrics(folder.path(), history);
  std::vector<EpochPoint> points;
  for (const EpochRecord& record : history) {
    points.push_back({static_cast<int>(record.epoch), record.train_loss,
                      record.validation_loss.value_or(std::nan(""))});
  }
  if (std::any_of(points.begin(), points.end(),
                  [](const EpochPoint& point) { return point.train_loss > 0; })) {
    write_loss_chart(folder.path() / "loss.png", points);
  }
}

void print_header(const Trainer& trainer) {
  const TrainOptions& options = trainer.options();
  std::fprintf(
      stderr, "%s, %ld parameters, %ld images an epoch, batch %ld, %s schedule, seed %llu\n",
      options.network.name.c_str(), static_cast<long>(trainer.network().parameter_count()),
      static_cast<long>(trainer.images_per_epoch()), static_cast<long>(options.batch_size),
      name_of(kScheduleKinds, options.schedule), static_cast<unsigned long long>(options.seed));
}

// Trains with a display, and writes a checkpoint after each epoch and every few minutes within one.
// True when all epochs are done.
bool run_epochs(Trainer& trainer, const RunFolder& folder, double checkpoint_every) {
  ProgressDisplay display(stderr);
  Clock::time_point written = Clock::now();
  const auto after_step = [&](const Trainer& t) {
    display.after_step(t);
    if (std::chrono::duration<double>(Clock::now() - written).count() >= checkpoint_every) {
      trainer.update_results();
      save_checkpoint(folder.checkpoint(), trainer);
      written = Clock::now();
    }
    return stopped_by == 0;
  };
  const auto after_epoch = [&](const Trainer& t) {
    display.after_epoch(t);
    save_checkpoint(folder.checkpoint(), trainer);
    written = Clock::now();
    write_log(folder, t);
  };
  return trainer.run({.after_step = after_step, .after_epoch = after_epoch});
}

int interrupted_exit(Trainer& trainer, const RunFolder& folder, const std::string& program) {
  save_checkpoint(folder.checkpoint(), trainer);
  std::fprintf(stderr,
               "\ninterrupted: everything is in %s; to go on:\n  %s train --out %s --resume\n",
               folder.checkpoint().c_str(), shell_word(program).c_str(),
               shell_word(folder.path().string()).c_str());
  return 128 + stopped_by;  // as a shell reports a program that a signal ended
}

// What the weights file is worth on the test set, into the summary. An exit code.
int test_model(const RunFolder& folder, const RunSettings& settings, const Dataset& test,
               const Device& device, nlohmann::ordered_json& summary) {
  const Model saved = load_model(folder.model(), device);
  Evaluation result;
  {
    EvaluationDisplay display(stderr, "test set");
    result = evaluate(
        saved.network, DeviceDataset(test, saved.normalization, device),
        [&](Index done, Index total) { display.show(done, total); }, saved.calibration.temperature);
  }
  write_prediction_sheet(folder.path() / "predictions.png", test.images, test.height, test.width,
                         test.labels, result.predictions, result.confidences);
  summary["test_accuracy"] = result.accuracy();
  summary["test_loss"] = result.loss;
  std::fprintf(stderr, "test accuracy %.2f %% (%ld of %ld right), loss %.4f\n",
               100 * result.accuracy(), static_cast<long>(result.correct),
               static_cast<long>(result.count), result.loss);
  if (result.accuracy() >= settings.min_accuracy) {
    return kSuccess;
  }
  std::fprintf(
      stderr,
      "inkling: expected a test accuracy of at least %.4f (--min-accuracy), received %.4f\n",
      settings.min_accuracy, result.accuracy());
  return kBelowAccuracy;
}

// The one that was asked for, or one fitted on the images held out; none where there are none.
Calibration calibration_of(const Trainer& trainer, const RunSettings& settings,
                           nlohmann::ordered_json& summary) {
  if (!settings.calibration && *settings.options.validation == 0) {
    std::fprintf(stderr,
                 "not calibrated: no images were held out (--calibration takes it from "
                 "weights for which some were)\n");
    return {};
  }
  const Calibration calibration = settings.calibration
                                      ? *settings.calibration
                                      : calibrate(trainer.validate(), settings.answer_share);
  summary["temperature"] = calibration.temperature;
  summary["min_confidence"] = calibration.min_confidence;
  std::fprintf(stderr, "temperature %.3f, abstains below a confidence of %.3f",
               calibration.temperature, calibration.min_confidence);
  const std::vector<float> non_digits = trainer.unseen_non_digit_logits();
  if (!non_digits.empty()) {
    const double abstained = abstained_share(
        non_digits, static_cast<std::size_t>(trainer.network().classes()), calibration);
    summary["non_digits_abstained"] = abstained;
    std::fprintf(stderr, ", which %.1f %% of unseen non-digits do not reach", 100 * abstained);
  }
  std::fprintf(stderr, "\n");
  return calibration;
}

// The weights as a file, and what that very file is worth.
int finish(const Trainer& trainer, const RunFolder& folder, const RunSettings& settings,
           const Dataset& test, const Device& device, bool json) {
  const EpochRecord& last = trainer.progress().history.back();
  nlohmann::ordered_json summary = {
      {"model", folder.model().string()}, {"epochs", settings.options.epochs},
      {"train_loss", last.train_loss},    {"validation_accuracy", nullptr},
      {"test_accuracy", nullptr},         {"images_per_second", last.images_per_second}};
  if (last.validation_accuracy) {
    summary["validation_accuracy"] = *last.validation_accuracy;
  }
  save_model(folder.model(), trainer.result(), settings.options.normalization,
             settings.weights_dtype, calibration_of(trainer, settings, summary));
  write_log(folder, trainer);  // again: a resumed training may have lost it after its last epoch
  const int exit_code =
      settings.test ? test_model(folder, settings, test, device, summary) : kSuccess;
  std::fprintf(stderr, "weights: %s\n", folder.model().c_str());
  if (json) {
    std::printf("%s\n", summary.dump().c_str());
  }
  return exit_code;
}

// A new training's network is the one that was given, or follows from the data; European digits
// that only the recipe asks for are left out where the data shows none. The training set is
// let go once the trainer has it on the device.
Trainer make_trainer(const TrainFlags& flags, const RunSettings& settings, const Dataset& test,
                     const Device& device) {
  const Dataset training = load_mnist(settings.data, MnistSplit::train);
  TrainOptions options = settings.options;
  if (!flags.resume()) {
    options.network =
        flags.gives_network() ? named_after(options.network, training) : network_for(training);
    if (!flags.gives_european_digits() && !shows_digits(training)) {
      options.european_digits = 0;  // the recipe's
    }
  }
  if (settings.test) {
    check_pictures(options.network, test, "test pictures");
  }
  return Trainer(options, training, device);
}

int train(const TrainFlags& flags, const std::string& program) {
  const RunFolder folder(flags.out());
  RunSettings settings = flags.resume()
                             ? flags.settings(folder.read_settings(), folder.config().string())
                             : flags.settings();
  if (!flags.resume()) {
    folder.expect_unused();
  }
  const Device device = open_device(settings);
  // Before the training, so that a missing file is not found out after it.
  const Dataset test = settings.test ? load_mnist(settings.data, MnistSplit::test) : Dataset{};
  Trainer trainer = make_trainer(flags, settings, test, device);
  settings.options = trainer.options();
  if (flags.resume()) {
    load_checkpoint(folder.checkpoint(), trainer);
  }
  folder.check_space(trainer.network().parameter_count(), settings.options.ema > 0);
  folder.write_settings(settings);
  print_header(trainer);
  catch_stop_signals();
  return run_epochs(trainer, folder, settings.checkpoint_every)
             ? finish(trainer, folder, settings, test, device, flags.json())
             : interrupted_exit(trainer, folder, program);
}

}  // namespace

Command add_train_command(CLI::App& program, const std::string& program_path) {
  CLI::App* command = program.add_subcommand("train", "train a network on MNIST's IDX files");
  const auto flags = std::make_shared<TrainFlags>();
  flags->add_to(*command);
  return {command, [flags, program_path] { return train(*flags, program_path); }};
}

}  // namespace inkling
