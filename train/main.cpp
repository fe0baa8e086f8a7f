// inkling: train, evaluate, predict, gradcheck.
#include <cstdio>
#include <exception>
#include <new>

#include "train/commands.h"

namespace inkling {

void DeviceFlags::add_to(CLI::App& command) {
  command.add_option("--device", device, "where to compute: cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  command
      .add_option("--threads", threads,
                  "CPU threads; 0 takes every core (the results are the same)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

Device DeviceFlags::open() const {
  return device == "cuda" ? Device::cuda() : Device::cpu(threads);
}

namespace {

int run(int argc, char** argv) {
  CLI::App app{"Inkling: a CNN engine from scratch, and the digits people draw."};
  app.set_version_flag("--version", std::string("inkling ") + INKLING_VERSION);
  app.require_subcommand(1);
  app.allow_extras();  // so that a command that does not exist can be named below
  int exit_code = kSuccess;
  add_train_command(app, exit_code);
  add_evaluate_command(app, exit_code);
  add_predict_command(app, exit_code);
  add_gradcheck_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::RequiredError& error) {
    const bool unknown_command = app.get_subcommands().empty() && argc > 1;
    std::fprintf(
        stderr, "inkling: %s (see inkling --help)\n",
        unknown_command
            ? (std::string("expected train, evaluate, predict or gradcheck, received ") + argv[1])
                  .c_str()
            : error.what());
    return kUsage;
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
    return inkling::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "inkling: out of memory: try a smaller --batch-size\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "inkling: %s\n", error.what());
  }
  return inkling::kFailure;
}
