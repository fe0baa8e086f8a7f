// The folder that a training writes to.
#pragma once

#include <filesystem>

#include "train/cli/run_settings.h"

namespace inkling {

class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.json"; }
  std::filesystem::path checkpoint() const { return path_ / "checkpoint.safetensors"; }
  std::filesystem::path model() const { return path_ / "model.safetensors"; }

  // Throws FileError when there is a checkpoint, which a new training would overwrite.
  void expect_unused() const;
  // The settings of the training that is to go on. Throws FileError when there is none.
  RunSettings read_settings() const;
  // Makes the folder where there is none, and writes config.json; when that fails, a folder that it
  // made is gone again. Throws FileError.
  void write_settings(const RunSettings& settings) const;

  // Throws FileError when the disk has no room for what a training of so many parameters writes:
  // a checkpoint, a second one while it replaces the first, weights, log and pictures.
  void check_space(Index parameters, bool averages) const;

 private:
  std::filesystem::path path_;
};

// A word as a POSIX shell reads it back: in quotes where it needs some.
std::string shell_word(const std::string& text);

}  // namespace inkling
