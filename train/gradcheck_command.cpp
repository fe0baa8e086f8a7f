// inkling gradcheck: every operation's gradient against finite differences, on this very machine.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/gradcheck.h"
#include "train/commands.h"
#include "train/flags.h"

namespace inkling {
namespace {

struct GradcheckCommand {
  std::string op;
  DeviceFlags device;
  bool json = false;

  int run() const;
};

std::set<std::string> operation_names() {
  std::set<std::string> names;
  for (const GradcheckCase& check : gradcheck_cases()) {
    names.insert(check.op);
  }
  return names;
}

// Padded to a width in characters, where printf counts the bytes of UTF-8.
std::string padded(const std::string& text, std::size_t width) {
  const auto characters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
  return text + std::string(width > characters ? width - characters : 1, ' ');
}

struct Row {
  const GradcheckCase& check;
  GradcheckResult result;
};

void print_row(const Row& row) {
  std::printf("%s%s%.1e  %s\n", padded(row.check.op, 24).c_str(),
              padded(row.check.description, 58).c_str(), row.result.largest_relative_error,
              row.result.passed ? "ok" : "OFF");
}

void print_json(const std::vector<Row>& rows, bool all_passed) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    checks.push_back({{"op", row.check.op},
                      {"shape", row.check.description},
                      {"relative_error", row.result.largest_relative_error},
                      {"passed", row.result.passed}});
  }
  const nlohmann::ordered_json report = {
      {"tolerance", kGradcheckTolerance}, {"passed", all_passed}, {"checks", checks}};
  std::printf("%s\n", report.dump().c_str());
}

int GradcheckCommand::run() const {
  const Device on = device.open();
  std::vector<Row> rows;
  bool all_passed = true;
  for (const GradcheckCase& check : gradcheck_cases()) {
    if (op.empty() || check.op == op) {
      rows.push_back({check, run_gradcheck(check, on)});
      all_passed = all_passed && rows.back().result.passed;
    }
  }
  if (json) {
    print_json(rows, all_passed);
  } else {
    std::printf("%s%srelative error\n", padded("operation", 24).c_str(),
                padded("shape", 58).c_str());
    std::for_each(rows.begin(), rows.end(), print_row);
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
  command->add_option("--op", state->op, "one operation only")
      ->check(CLI::IsMember(operation_names()));
  state->device.add_to(*command);
  command->add_flag("--json", state->json, "print one JSON object");
  command->callback([state, &exit_code] { exit_code = state->run(); });
}

}  // namespace inkling
