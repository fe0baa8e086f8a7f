// The subcommands of `inkling`. Each registers its flags and what to do when it is chosen; the
// result is the exit code.
#pragma once

#include <CLI/CLI.hpp>

namespace inkling {

enum ExitCode : int {
  kSuccess = 0,
  kFailure = 1,        // a file, the data or the training
  kUsage = 2,          // the flags
  kBelowAccuracy = 3,  // train --min-accuracy
  // 128 + the signal: 130 after Ctrl-C, 143 after SIGTERM, when the checkpoint is written.
};

void add_train_command(CLI::App& app, int& exit_code);
void add_evaluate_command(CLI::App& app, int& exit_code);
void add_predict_command(CLI::App& app, int& exit_code);
void add_gradcheck_command(CLI::App& app, int& exit_code);

}  // namespace inkling
