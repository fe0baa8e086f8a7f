// The flags of `inkling train`.
#pragma once

#include <optional>
#include <vector>

#include "engine/program/flags.h"
#include "train/cli/recipe.h"
#include "train/cli/run_settings.h"

namespace inkling {

class TrainFlags {
 public:
  TrainFlags() = default;
  TrainFlags(const TrainFlags&) = delete;  // the command's flags write to this one
  TrainFlags& operator=(const TrainFlags&) = delete;

  // `this` must live as long as the command.
  void add_to(CLI::App& command);

  // Of a new training. Throws UsageError for flags that are missing or do not go together,
  // FileError or std::invalid_argument for a network file.
  RunSettings settings() const;
  // Of the training that wrote `stored` to `file`. A flag that was given may change where and how
  // it goes on, not what is learned: UsageError names the first that differs. --epochs may grow.
  RunSettings settings(const RunSettings& stored, const std::string& file) const;

  const std::filesystem::path& out() const { return out_; }
  bool gives_network() const { return !network_file_.empty(); }  // else it follows from the data
  // Else there are none where the classes are no digits.
  bool gives_european_digits() const { return european_digits_option_->count() > 0; }
  bool resume() const { return resume_; }
  bool json() const { return json_; }

 private:
  // A flag, and the place of its value in config.json.
  struct Entry {
    const CLI::Option* option;
    std::string pointer;  // RFC 6901
    enum { fixed, may_grow, may_change } on_resume = fixed;
  };

  void add_files(CLI::App& command);
  void add_training(CLI::App& command);
  void add_augmentation(CLI::App& command);
  void add_device(CLI::App& command);
  void add_result(CLI::App& command);
  RunSettings as_given() const;

  RunSettings given_;
  Recipe recipe_ = Recipe::plain;
  const CLI::Option* recipe_option_ = nullptr;
  const CLI::Option* european_digits_option_ = nullptr;
  DeviceFlags device_;
  std::filesystem::path out_;
  std::string network_file_;
  std::filesystem::path calibration_file_;
  Index validation_ = 0;
  const CLI::Option* validation_option_ = nullptr;
  bool resume_ = false;
  bool no_test_ = false;
  bool json_ = false;
  std::vector<Entry> entries_;
};

}  // namespace inkling
