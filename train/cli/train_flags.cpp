#include "train/cli/train_flags.h"

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "engine/program/command_line.h"

namespace inkling {
namespace {

using Json = nlohmann::json;

// A setting as an error shows it; a network is too long for that.
std::string shown(const Json& value) {
  return value.is_object()   ? "another one"
         : value.is_string() ? value.get<std::string>()
                             : value.dump();
}

RunSettings consistent(RunSettings settings) {
  if (settings.data.empty()) {
    throw UsageError("expected --data, received none");
  }
  if (!settings.test && settings.min_accuracy > 0) {
    throw UsageError("expected --min-accuracy or --no-test, received both");
  }
  return settings;
}

}  // namespace

void TrainFlags::add_to(CLI::App& command) {
  // A script's flags, then the user's.
  command.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  add_files(command);
  add_training(command);
  add_augmentation(command);
  add_device(command);
  add_result(command);
  command.footer(
      "Ctrl-C, SIGTERM and SIGHUP write a checkpoint first. With --resume and the\n"
      "same --out a training goes on bit for bit as if never stopped, with the options\n"
      "of its config.json. Only what does not change the result may be given anew, and\n"
      "a larger --epochs: the schedule is that of the larger number from there on.\n\n"
      "Examples:\n"
      "  inkling train --data data/mnist --out runs/first --epochs 10\n"
      "  inkling train --out runs/first --resume");
}

void TrainFlags::add_files(CLI::App& command) {
  command.option_defaults()->group("Files");
  entries_.push_back({command
                          .add_option("--data", given_.data,
                                      "folder of a data set's four IDX files, plain or .gz "
                                      "(docs/data.md); needed unless --resume is given")
                          ->type_name("DIR"),
                      "/data", Entry::may_change});
  command.add_option("--out", out_, "folder for weights, checkpoint, log and pictures")
      ->check(not_empty("a folder"))
      ->type_name("DIR")
      ->required();
  entries_.push_back(
      {command
           .add_option("--network", network_file_,
                       "a network in JSON, as docs/networks.md has it (default: the built-in "
                       "LargerCNN, for the size and the classes of the data)")
           ->type_name("FILE"),
       "/network"});
  entries_.push_back({add_choice(command, "--weights-dtype", given_.weights_dtype,
                                 kWeightsPrecisions, "how model.safetensors stores numbers"),
                      "/weights_dtype", Entry::may_change});
  command.add_flag("--resume", resume_, "go on with the training in --out");
  entries_.push_back(
      {command
           .add_option("--checkpoint-every", given_.checkpoint_every,
                       "seconds after which a checkpoint is written within an epoch, too")
           ->check(number_in(0, 1e6))
           ->capture_default_str(),
       "/checkpoint_every", Entry::may_change});
}

void TrainFlags::add_training(CLI::App& command) {
  command.option_defaults()->group("Training");
  TrainOptions& options = given_.options;
  recipe_option_ = add_choice(command, "--recipe", recipe_, kRecipes,
                              "settings of this group and the next to begin with; flags change "
                              "single ones. best: those of the weights that come with inkling");
  const auto add = [&](CLI::Option* option, const char* pointer) {
    entries_.push_back({option->capture_default_str(), pointer});
  };
  add(command.add_option("--epochs", options.epochs, "times that each image is seen")
          ->check(whole_number_in(1, 100000)),
      "/epochs");
  entries_.back().on_resume = Entry::may_grow;
  add(command.add_option("--batch-size", options.batch_size, "images in a step")
          ->check(whole_number_in(1, 65536)),
      "/batch_size");
  add(command.add_option("--lr", options.learning_rate, "peak learning rate of Adam")
          ->check(number_in(1e-12, 1000)),
      "/learning_rate");
  entries_.push_back({add_choice(command, "--schedule", options.schedule, kScheduleKinds,
                                 "how the learning rate moves"),
                      "/schedule"});
  add(command
          .add_option("--label-smoothing", options.label_smoothing,
                      "share of a label's weight that all classes divide")
          ->check(number_in(0, 0.99)),
      "/label_smoothing");
  add(command
          .add_option("--weight-decay", options.weight_decay, "decoupled weight decay, as in AdamW")
          ->check(number_in(0, 1)),
      "/weight_decay");
  add(command
          .add_option("--warmup", options.warmup,
                      "share of the steps in which one-cycle's learning rate rises")
          ->check(number_in(0, 0.99)),
      "/warmup");
  add(command
          .add_option("--ema", options.ema,
                      "decay per step of an exponential moving average of the weights, which is "
                      "saved in their place; 0: none")
          ->check(number_in(0, 0.9999999)),
      "/ema");
  entries_.push_back(
      {add_choice(command, "--precision", options.precision, kPrecisions,
                  "bf16: activations and products in bfloat16, weights in float32; on a GPU, "
                  "and on processors with AVX512-BF16"),
       "/precision"});
  validation_option_ =
      command
          .add_option("--validation", validation_,
                      "images held out of the training set; 0 trains on all; without it a "
                      "twelfth of the set, 5000 at most")
          ->check(whole_number_in(0));
  entries_.push_back({validation_option_, "/validation"});
  add(command.add_option("--seed", options.seed, "of weights, order, dropout and augmentation")
          ->check(whole_number_in(0)),
      "/seed");
}

void TrainFlags::add_augmentation(CLI::App& command) {
  command.option_defaults()->group("Augmentation");
  Augmentation& limits = given_.options.augmentation;
  const auto add = [&](const char* name, double& value, double max, const char* help) {
    entries_.push_back(
        {command.add_option(name, value, help)->check(number_in(0, max))->capture_default_str(),
         "/augmentation/" + std::string(name).substr(sizeof "--augment-" - 1)});
  };
  add("--augment-rotation", limits.rotation, 180,
      "turn each training image by up to so many degrees");
  add("--augment-shift", limits.shift, 1000, "move it by up to so many pixels");
  add("--augment-zoom", limits.zoom, 0.9, "make it larger or smaller by up to this share");
  add("--augment-aspect", limits.aspect, 10, "make it wider or narrower by up to this share");
  add("--augment-shear", limits.shear, 80, "slant it by up to so many degrees");
  add("--augment-elastic", limits.elastic, 1000,
      "distort it: each point of a coarse grid moves by up to so many pixels");
  add("--augment-thickness", limits.thickness, 1,
      "make its strokes thicker or thinner, by up to so many pixels on each side");
  add("--augment-noise", limits.noise, 1,
      "add noise with a standard deviation of up to this share of full ink");
  add("--augment-erase", limits.erase, 1000, "erase a square of up to so many pixels a side");
  entries_.push_back({command
                          .add_option("--non-digits", given_.options.non_digits,
                                      "show made pictures of no digit, too, so many for each "
                                      "training image (0.1: a tenth), whose right answer is that "
                                      "no digit is likelier than another")
                          ->check(number_in(0, 1))
                          ->capture_default_str(),
                      "/non_digits"});
  european_digits_option_ =
      command
          .add_option("--european-digits", given_.options.european_digits,
                      "show made pictures of 1 and 7 as Europeans write them, too, so many for "
                      "each training image (0.02: a fiftieth), where the classes are the digits")
          ->check(number_in(0, 1))
          ->capture_default_str();
  entries_.push_back({european_digits_option_, "/european_digits"});
}

void TrainFlags::add_device(CLI::App& command) {
  device_.add_to(command);
  entries_.push_back({command.get_option("--device"), "/device", Entry::may_change});
  entries_.push_back({command.get_option("--threads"), "/threads", Entry::may_change});
}

void TrainFlags::add_result(CLI::App& command) {
  command.option_defaults()->group("Result");
  entries_.push_back({command
                          .add_option("--min-accuracy", given_.min_accuracy,
                                      "exit with code 3 when the test accuracy (0 to 1) is below")
                          ->check(number_in(0, 1)),
                      "/min_accuracy", Entry::may_change});
  entries_.push_back(
      {command.add_flag("--no-test", no_test_,
                        "leave the test set unread: for runs that choose settings on the "
                        "validation split"),
       "/test", Entry::may_change});
  entries_.push_back({command
                          .add_option("--answer-share", given_.answer_share,
                                      "share of the images held out that the network is to "
                                      "answer; of less sure ones it says so")
                          ->check(number_in(0, 1))
                          ->capture_default_str(),
                      "/answer_share", Entry::may_change});
  entries_.push_back({command
                          .add_option("--calibration", calibration_file_,
                                      "weights whose calibration the result gets, as where "
                                      "nothing is held out (default: fitted on what is)")
                          ->type_name("FILE"),
                      "/calibration", Entry::may_change});
  command.add_flag("--json", json_,
                   "print the result as one JSON object; progress stays on standard error");
}

// What the flags say, with the defaults of those that were not given.
RunSettings TrainFlags::as_given() const {
  RunSettings settings = given_;
  if (validation_option_->count() > 0) {
    settings.options.validation = validation_;
  }
  if (!network_file_.empty()) {
    const std::vector<std::byte> bytes = read_file(network_file_);
    settings.options.network =
        parse_network_spec({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  if (!calibration_file_.empty()) {
    settings.calibration = load_model(calibration_file_, Device::cpu(1)).calibration;
    if (settings.calibration == Calibration{}) {
      throw UsageError("expected --calibration with calibrated weights, received " +
                       calibration_file_.string() +
                       ", which are not: their training held no images out");
    }
  }
  if (!settings.data.empty()) {
    settings.data = std::filesystem::absolute(settings.data);  // --resume finds it from anywhere
  }
  settings.device = device_.device;
  settings.threads = device_.threads;
  settings.test = !no_test_;
  return settings;
}

RunSettings TrainFlags::settings() const {
  RunSettings settings = as_given();
  Json options = Json::parse(to_json(settings.options));
  const Json recipe = Json::parse(to_json(options_of(recipe_)));
  for (const Entry& entry : entries_) {
    const Json::json_pointer pointer(entry.pointer);
    if (entry.option->count() == 0 && options.contains(pointer)) {
      options.at(pointer) = recipe.at(pointer);
    }
  }
  settings.options = parse_train_options(options.dump());
  return consistent(settings);
}

RunSettings TrainFlags::settings(const RunSettings& stored, const std::string& file) const {
  if (recipe_option_->count() > 0) {
    throw UsageError("expected --resume or --recipe, received both: a training goes on as " + file +
                     " says");
  }
  RunSettings with_names = as_given();
  if (with_names.options.network.class_names.empty()) {  // then they came from the data
    with_names.options.network.class_names = stored.options.network.class_names;
  }
  const Json given = Json::parse(to_json(with_names));
  Json merged = Json::parse(to_json(stored));
  for (const Entry& entry : entries_) {
    const Json::json_pointer pointer(entry.pointer);
    Json& before = merged.at(pointer);
    const Json& now = given.at(pointer);
    if (entry.option->count() == 0 || now == before) {
      continue;
    }
    const bool accepted = entry.on_resume == Entry::may_change ||
                          (entry.on_resume == Entry::may_grow && now > before);
    if (!accepted) {
      throw UsageError("expected " + entry.option->get_name() + " " + shown(before) +
                       (entry.on_resume == Entry::may_grow ? " or more" : "") + ", as in " + file +
                       ", received " + shown(now) + ": leave it out, or train into another folder");
    }
    before = now;
  }
  return consistent(parse_run_settings(merged.dump(), file));
}

}  // namespace inkling
