// inkling: train, evaluate, predict, export-feedback, gradcheck.
#include <array>
#include <cstdio>
#include <exception>

#include "engine/program/advice.h"
#include "train/cli/commands.h"

namespace inkling {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 a file, the data, the network or the training failed,\n"
    "2 a mistake in the command line, 3 train --min-accuracy was not reached;\n"
    "128 + N after signal N, with the checkpoint written.\n\n"
    "Examples:\n"
    "  inkling help train\n"
    "  inkling train --data data/mnist --out runs/first\n"
    "  inkling predict digit.png";

int run(int argc, char** argv) {
  CLI::App app{"Inkling: a CNN engine from scratch, and the digits people draw.", "inkling"};
  app.set_version_flag("--version", std::string("inkling ") + INKLING_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  const std::array commands{add_train_command(app, argc > 0 ? argv[0] : "inkling"),
                            add_evaluate_command(app), add_predict_command(app),
                            add_export_feedback_command(app), add_gradcheck_command(app)};
  if (const auto exit_code = parse_command_line(app, argc, argv)) {
    return *exit_code;
  }
  try {
    for (const Command& command : commands) {
      if (command.app->parsed()) {
        return command.run();
      }
    }
  } catch (const UsageError& error) {
    report_usage(app, error.what());
  }
  return kUsage;
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  try {
    const int exit_code = inkling::run(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      std::fprintf(stderr,
                   "inkling: cannot write the result to standard output: is the disk full?\n");
      return inkling::kFailure;
    }
    return exit_code;
  } catch (const std::exception& error) {
    std::fprintf(
        stderr, "inkling: %s\n",
        inkling::with_advice(error, "train needs less with a smaller --batch-size").c_str());
  }
  return inkling::kFailure;
}
