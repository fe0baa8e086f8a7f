// inkling gradcheck: every operation's gradient against finite differences, on this very machine.
#include <set>

#include <nlohmann/json.hpp>

#include "engine/gradcheck.h"
#include "train/commands.h"

namespace inkling {
namespace {

struct GradcheckCommand {
  std::string op;
  DeviceFlags device;
  bool json = false;

  int run() const;
};

std::string operation_names() {
  std::set<std::string> names;
  for (const GradcheckCase& check : gradcheck_cases()) {
    names.insert(check.op);
  }
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

int GradcheckCommand::run() const {
  const Device on = device.open();
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  bool all_passed = true;
  if (!json) {
    std::printf("%-24s  %-58s  %-14s\n", "operation", "shape", "relative error");
  }
  for (const GradcheckCase& check : gradcheck_cases()) {
    if (!op.empty() && check.op != op) {
      continue;
    }
    const GradcheckResult result = run_gradcheck(check, on);
    all_passed = all_passed && result.passed;
    rows.push_back({{"op", check.op},
                    {"shape", check.description},
                    {"relative_error", result.largest_relative_error},
                    {"passed", result.passed}});
    if (!json) {
      std::printf("%-24s  %-58s  %.1e  %s\n", check.op.c_str(), check.description.c_str(),
                  result.largest_relative_error, result.passed ? "ok" : "OFF");
    }
  }
  if (rows.empty()) {
    throw std::invalid_argument("expected --op as one of " + operation_names() + ", received " +
                                op);
  }
  if (json) {
    std::printf("%s\n",
                nlohmann::ordered_json{
                    {"tolerance", kGradcheckTolerance}, {"passed", all_passed}, {"checks", rows}}
                    .dump()
                    .c_str());
  } else {
    std::printf("%zu checks, tolerance %.0e: %s\n", rows.size(), kGradcheckTolerance,
                all_passed ? "every gradient is right" : "a gradient is off");
  }
  return all_passed ? kSuccess : kFailure;
}

}  // namespace

void add_gradcheck_command(CLI::App& app, int& exit_code) {
  auto state = std::make_shared<GradcheckCommand>();
  CLI::App* command = app.add_subcommand(
      "gradcheck", "check every gradient against finite differences, in float64");
  command->add_option("--op", state->op, "one operation only: " + operation_names());
  state->device.add_to(*command);
  command->add_flag("--json", state->json, "print one JSON object");
  command->callback([state, &exit_code] { exit_code = state->run(); });
}

}  // namespace inkling
