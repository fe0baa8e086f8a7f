// inkling gradcheck: on the CPU every operation's gradient against finite differences, on a GPU
// every operation and its gradient against the CPU in float64; on this very machine.
#include <algorithm>
#include <array>
#include <iomanip>
#include <optional>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "engine/check/device_check.h"
#include "engine/check/gradcheck.h"
#include "engine/program/flags.h"
#include "train/cli/commands.h"

namespace inkling {
namespace {

struct GradcheckCommand {
  std::string op;
  DeviceFlags device;
  bool json = false;

  int run() const;
};

std::vector<std::string> operation_names() {
  std::set<std::string> names;
  for (const GradcheckCase& check : gradcheck_cases()) {
    names.insert(check.op);
  }
  return {names.begin(), names.end()};
}

// Padded to a width in characters, where printf counts the bytes of UTF-8.
std::string padded(const std::string& text, std::size_t width) {
  const auto characters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
  return text + std::string(width > characters ? width - characters : 1, ' ');
}

// A line of the table, the same for every device.
struct Row {
  const GradcheckCase& check;
  std::string precision;
  std::optional<double> forward_error;  // none on the CPU where an operation has no reference
  double gradient_error = 0;
  double tolerance = 0;
  bool passed = false;
};

Row check_by_differences(const GradcheckCase& check, const Device& on) {
  const GradcheckResult result = run_gradcheck(check, on);
  return {check,        "float64", result.forward_error, result.gradient_error, kGradcheckTolerance,
          result.passed};
}

Row check_against_cpu(const GradcheckCase& check, const Device& on, Dtype dtype) {
  const DeviceCheckResult result = run_device_check(check, on, dtype);
  return {check,
          to_string(dtype),
          result.forward_error,
          result.gradient_error,
          device_check_tolerance(dtype),
          result.passed};
}

std::string shown(std::optional<double> error) {
  return error ? (std::ostringstream() << std::setprecision(1) << std::scientific << *error).str()
               : "-";
}

void print_columns(const std::array<std::string, 6>& texts) {
  constexpr std::array<std::size_t, 5> kWidths{24, 58, 11, 15, 16};
  for (std::size_t i = 0; i < kWidths.size(); ++i) {
    std::printf("%s", padded(texts[i], kWidths[i]).c_str());
  }
  std::printf("%s\n", texts.back().c_str());
}

void print_table(const std::vector<Row>& rows, DeviceType on, bool all_passed) {
  print_columns({"operation", "shape", "precision", "forward error", "gradient error", ""});
  for (const Row& row : rows) {
    print_columns({row.check.op, row.check.description, row.precision, shown(row.forward_error),
                   shown(row.gradient_error), row.passed ? "ok" : "OFF"});
  }
  std::printf("%zu checks of %s: %s\n", rows.size(),
              on == DeviceType::cpu
                  ? "gradients against finite differences, and of values against plain operations"
                  : "values and gradients against the CPU's in float64",
              all_passed ? "all passed" : "some are off");
}

void print_json(const std::vector<Row>& rows, bool all_passed) {
  using Json = nlohmann::ordered_json;
  Json checks = Json::array();
  for (const Row& row : rows) {
    checks.push_back({{"op", row.check.op},
                      {"shape", row.check.description},
                      {"precision", row.precision},
                      {"forward_error", row.forward_error ? Json(*row.forward_error) : Json()},
                      {"gradient_error", row.gradient_error},
                      {"tolerance", row.tolerance},
                      {"passed", row.passed}});
  }
  std::printf("%s\n", Json{{"passed", all_passed}, {"checks", checks}}.dump().c_str());
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
  json ? print_json(rows, all_passed) : print_table(rows, on.type(), all_passed);
  return all_passed ? kSuccess : kFailure;
}

}  // namespace

Command add_gradcheck_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "gradcheck", "check every gradient: against finite differences, or a GPU's with the CPU's");
  const auto state = std::make_shared<GradcheckCommand>();
  command->option_defaults()->group("Check");
  command->add_option("--op", state->op, "one operation only")->check(one_of(operation_names()));
  command->add_flag("--json", state->json, "print one JSON object");
  state->device.add_to(*command);
  command->footer("Example:\n  inkling gradcheck --op conv2d");
  return {command, [state] { return state->run(); }};
}

}  // namespace inkling
