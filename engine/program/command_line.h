// What both programs do with their command line: one form of help, of usage mistakes and of exit
// codes.
#pragma once

#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>

namespace inkling {

enum ExitCode : int {
  kSuccess = 0,
  kFailure = 1,        // a file, the data, the network or the training
  kUsage = 2,          // the command line
  kBelowAccuracy = 3,  // train --min-accuracy
  // 128 + the signal: 130 after Ctrl-C, 143 after SIGTERM, when the checkpoint is written.
};

// Flags that do not go together, or not with the rest: a mistake that only a command can see.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Parses the command line. Returns an exit code when that was all: help or the version was asked
// for and printed, or there is a mistake, which one line on standard error names, with the name
// that may have been meant and the --help that lists what there is. Besides what the app's
// subcommands define it knows `PROGRAM help [COMMAND]`; a program with commands prints its help
// when none is given.
std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv);

// One line on standard error that says what is wrong with the command line, and the --help to read.
void report_usage(const CLI::App& app, const std::string& message);

// The nearest of the names, if it is near enough to have been meant: at most a third of its letters
// are wrong, missing, superfluous or swapped with a neighbor (optimal string alignment distance).
std::optional<std::string> nearest_name(const std::string& received,
                                        const std::vector<std::string>& names);

}  // namespace inkling
