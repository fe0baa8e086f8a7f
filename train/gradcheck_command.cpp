// inkling gradcheck: on the CPU every operation's gradient against finite differences, on a GPU every operation and its
// gradient against the CPU in float64; on this very machine.
#include <algorithm>
#include <iomanip>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "engine/device_check.h"
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

// A line of the table: the numbers of one check, named.
struct Row {
  const GradcheckCase& check;
  std::string precision;
  std::vector<std::pair<std::string, double>> errors;
  double tolerance = 0;
  bool passed = false;
};

Row check_by_differences(const GradcheckCase& check, const Device& on) {
  const GradcheckResult result = run_gradcheck(check, on);
  return {check,
          "float64",
          {{"relative_error", result.largest_relative_error}},
          kGradcheckTolerance,
          result.passed};
}

Row check_against_cpu(const GradcheckCase& check, const Device& on, Dtype dtype) {
  const DeviceCheckResult result = run_device_check(check, on, dtype);
  return {check,
          to_string(dtype),
          {{"forward_error", result.forward_error}, {"gradient_error", result.gradient_error}},
          device_check_tolerance(dtype),
          result.passed};
}

void print_row(const Row& row) {
  std::printf("%s%s%s", padded(row.check.op, 24).c_str(), padded(row.check.description, 58).c_str(),
              padded(row.precision, 10).c_str());
  for (const auto& [name, error] : row.errors) {
    std::printf(
        "%s",
        padded((std::ostringstream() << std::setprecision(1) << std::scientific << error).str(), 16)
            .c_str());
  }
  std::printf("%s\n", row.passed ? "ok" : "OFF");
}

void print_table(const std::vector<Row>& rows, bool all_passed) {
  std::printf("%s%sprecision ", padded("operation", 24).c_str(), padded("shape", 58).c_str());
  for (const auto& [name, error] : rows.front().errors) {
    std::printf("%s", padded(name, 16).c_str());
  }
  std::printf("\n");
  std::for_each(rows.begin(), rows.end(), print_row);
  std::printf("%zu checks: %s\n", rows.size(),
              all_passed ? "every gradient is right" : "a gradient is off");
}

void print_json(const std::vector<Row>& rows, bool all_passed) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json check = {
        {"op", row.check.op}, {"shape", row.check.description}, {"precision", row.precision}};
    for (const auto& [name, error] : row.errors) {
      check[name] = error;
    }
    check["tolerance"] = row.tolerance;
    check["passed"] = row.passed;
    checks.push_back(std::move(check));
  }
  std::printf("%s\n",
              nlohmann::ordered_json{{"passed", all_passed}, {"checks", checks}}.dump().c_str());
}

int GradcheckCommand::run() const {
  const Device on = device.open();
  std::vector<Row> rows;
  for (const GradcheckCase& check : gradcheck_cases()) {
    if (!op.empty() && check.op != op) {
      continue;
    }
    if (on.type() == DeviceType::cpu) {
      rows.push_back(check_by_differences(check, on));
    } else {
      rows.push_back(check_against_cpu(check, on, Dtype::float32));
      rows.push_back(check_against_cpu(check, on, Dtype::bfloat16));
    }
  }
  const bool all_passed =
      std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.passed; });
  json ? print_json(rows, all_passed) : print_table(rows, all_passed);
  return all_passed ? kSuccess : kFailure;
}

}  // namespace

void add_gradcheck_command(CLI::App& app, int& exit_code) {
  auto state = std::make_shared<GradcheckCommand>();
  CLI::App* command = app.add_subcommand(
      "gradcheck",
      "check every gradient: on the CPU against finite differences, on a GPU against the CPU");
  command->add_option("--op", state->op, "one operation only")
      ->check(CLI::IsMember(operation_names()));
  state->device.add_to(*command);
  command->add_flag("--json", state->json, "print one JSON object");
  command->callback([state, &exit_code] { exit_code = state->run(); });
}

}  // namespace inkling
