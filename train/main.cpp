// inkling: train, evaluate, predict, gradcheck.
#include <cstdio>
#include <exception>
#include <new>

#include "train/commands.h"

namespace inkling {
namespace {

bool is_command(const CLI::App& app, const std::string& name) {
  const auto commands =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return !commands.empty();
}

int run(int argc, char** argv) {
  CLI::App app{"Inkling: a CNN engine from scratch, and the digits people draw."};
  app.set_version_flag("--version", std::string("inkling ") + INKLING_VERSION);
  app.require_subcommand(1);
  int exit_code = kSuccess;
  add_train_command(app, exit_code);
  add_evaluate_command(app, exit_code);
  add_predict_command(app, exit_code);
  add_gradcheck_command(app, exit_code);
  if (argc > 1 && *argv[1] != '-' && !is_command(app, argv[1])) {
    std::fprintf(stderr,
                 "inkling: expected train, evaluate, predict or gradcheck, received %s (see "
                 "inkling --help)\n",
                 argv[1]);
    return kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "inkling: %s (see inkling --help)\n", error.what());
    return kUsage;
  }
  return exit_code;
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
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "inkling: out of memory: train needs less with a smaller --batch-size\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "inkling: %s\n", error.what());
  }
  return inkling::kFailure;
}
