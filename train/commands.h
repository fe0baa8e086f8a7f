// The subcommands of `inkling`. Each registers its flags and what to do when it is chosen; the
// result is the exit code.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "engine/tensor.h"

namespace inkling {

enum ExitCode : int {
  kSuccess = 0,
  kFailure = 1,        // a file, the data or the training
  kUsage = 2,          // the flags
  kBelowAccuracy = 3,  // train --min-accuracy
  kInterrupted = 130,  // Ctrl-C, after the checkpoint was written
};

void add_train_command(CLI::App& app, int& exit_code);
void add_evaluate_command(CLI::App& app, int& exit_code);
void add_predict_command(CLI::App& app, int& exit_code);
void add_gradcheck_command(CLI::App& app, int& exit_code);

// Flags that several commands share.
struct DeviceFlags {
  std::string device = "cpu";
  int threads = 0;

  void add_to(CLI::App& command);
  Device open() const;  // throws std::runtime_error for a device that is not there
};

}  // namespace inkling
