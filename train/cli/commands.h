// The subcommands of `inkling`.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "engine/program/command_line.h"

namespace inkling {

struct Command {
  CLI::App* app;
  std::function<int()> run;  // an exit code; throws UsageError, or any other std::exception
};

// Each adds its flags to the program; the command is run once they are parsed.
Command add_train_command(CLI::App& program, const std::string& program_path);
Command add_evaluate_command(CLI::App& program);
Command add_predict_command(CLI::App& program);
Command add_export_feedback_command(CLI::App& program);
Command add_gradcheck_command(CLI::App& program);

}  // namespace inkling
