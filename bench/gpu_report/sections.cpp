#include "bench/gpu_report/sections.h"

#include <iomanip>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

std::string number(const Json& value, int digits, double factor = 1) {
  if (!value.is_number()) {
    return "not measured";
  }
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << factor * value.get<double>();
  return text.str();
}

// As it was written, all digits.
std::string number_or_none(const Json& value) { return value.is_number() ? value.dump() : "none"; }

std::string text(const Json& value, const char* otherwise) {
  return value.is_string() ? value.get<std::string>() : otherwise;
}

void write_device(std::ostream& out, const Json& device) {
  out << "Batch " << number(member(device, "batch"), 0) << ", device "
      << text(member(device, "device"), "unknown") << ", peers "
      << text(member(device, "peers"), "unknown")
      << ". Roofline: " << number(member(device, "bf16_tflops"), 0) << " TFLOP/s in bf16, "
      << number(member(device, "float32_tflops"), 1) << " in float32, "
      << number(member(device, "gbytes_per_s"), 0)
      << " GB/s: what its units would do at its highest clock, which it does not hold under load; "
         "docs/performance.md says "
         "what is in reach. A star: all that the kernel touches fits into the cache ("
      << number(member(device, "cache_mbytes"), 0)
      << " MB), where these rounds leave it, so more than the memory's speed is no wonder.\n\n";
}

void write_kernel(std::ostream& out, const Json& row) {
  out << "| " << text(member(row, "kernel"), "?") << (member(row, "in_cache") == true ? " \\*" : "")
      << " | " << text(member(row, "precision"), "?") << " | ";
  if (member(row, "failure").is_string()) {
    out << "**failed**: " << row["failure"].get<std::string>() << " | | | | | | |\n";
    return;
  }
  out << number(member(row, "microseconds"), 1) << " (" << number(member(row, "fastest"), 1)
      << " … " << number(member(row, "slowest"), 1) << ") | " << number(member(row, "gflops"), 0)
      << " | " << number(member(row, "gbytes_per_s"), 0) << " | "
      << number(member(row, "of_roofline"), 0, 100) << " | " << text(member(row, "peer"), "none")
      << " | " << number(member(row, "peer_microseconds"), 1) << " | "
      << number(member(row, "of_peer"), 0, 100) << " |\n";
}

}  // namespace

void write_steps(std::ostream& out, const Json& steps) {
  out << "\n## Steps\n\n| step | result | seconds |\n|---|---|---|\n";
  for (const Json& step : steps) {
    out << "| " << text(member(step, "step"), "?") << " | ";
    const Json exit_code = member(step, "exit_code");
    const int code = exit_code.is_number() ? exit_code.get<int>() : 1;
    if (member(step, "left_out").is_string()) {
      out << "left out: " << step["left_out"].get<std::string>() << " | |\n";
    } else if (code == 0) {
      out << "passed | " << number(member(step, "seconds"), 1) << " |\n";
    } else {
      out << (code == 124 || code == 137 ? "**out of time**" : "**failed**") << " (exit code "
          << code << ") | " << number(member(step, "seconds"), 1) << " |\n";
    }
  }
}

void write_gradcheck(std::ostream& out, const Json& gradcheck) {
  out << "\n## Every operation against the CPU in float64\n\n";
  const Json checks = member(gradcheck, "checks");
  if (!checks.is_array()) {
    out << "Not measured.\n";
    return;
  }
  const bool passed = member(gradcheck, "passed") == true;
  out << checks.size() << " checks: " << (passed ? "all passed.\n" : "**some are off**:\n\n");
  for (const Json& check : checks) {
    if (member(check, "passed") != true) {
      out << "- " << text(member(check, "op"), "?") << ", " << text(member(check, "shape"), "?")
          << ", " << text(member(check, "precision"), "?") << ": forward error "
          << number_or_none(member(check, "forward_error")) << ", gradient error "
          << number_or_none(member(check, "gradient_error")) << ", at most "
          << member(check, "tolerance").dump() << " expected\n";
    }
  }
}

void write_kernels(std::ostream& out, const Json& kernels) {
  out << "\n## Kernels\n\n";
  if (kernels.empty()) {
    out << "Not measured.\n";
    return;
  }
  write_device(out, kernels.front());
  out << "| kernel | precision | µs | GFLOP/s | GB/s | % of roofline | peer | peer µs | % of peer "
         "|\n"
      << "|---|---|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 1; i < kernels.size(); ++i) {
    write_kernel(out, kernels[i]);
  }
}

void write_trainings(std::ostream& out, const Json& trainings, const Json& summary) {
  out << "\n## Trainings\n\nThe median epoch is without the first, in which the step is "
         "recorded.\n\n"
         "| run | epochs | seconds, all | seconds, median epoch | images/s, last epoch | train "
         "loss | test accuracy |\n"
      << "|---|---|---|---|---|---|---|\n";
  for (const auto& [name, training] : trainings.items()) {
    const Json epochs = member(training, "epochs");
    const Json last = epochs.empty() ? Json() : epochs.back();
    double seconds = 0;
    for (const Json& epoch : epochs) {
      const Json took = member(epoch, "seconds");
      seconds += took.is_number() ? took.get<double>() : 0;
    }
    out << "| " << name << " | " << epochs.size() << " | " << number(seconds, 3) << " | "
        << number(member(member(summary, "seconds_per_epoch"), name.c_str()), 4) << " | "
        << number(member(last, "images_per_second"), 0) << " | "
        << number(member(last, "train_loss"), 4) << " | "
        << number(member(member(training, "summary"), "test_accuracy"), 4) << " |\n";
  }
  const Json accuracy = member(summary, "accuracy");
  if (accuracy.is_object()) {
    out << "\nOver " << accuracy["seeds"] << " seeds: mean test accuracy "
        << number(accuracy["mean"], 2, 100) << " %, standard deviation "
        << number(accuracy["deviation"], 3, 100) << " points, least "
        << number(accuracy["least"], 2, 100) << " %, in " << number(accuracy["training_seconds"], 3)
        << " s of training on average.\n";
  }
}

void write_pytorch(std::ostream& out, const Json& pytorch, const Json& summary) {
  out << "\n## PyTorch on the same card\n\n"
         "| how | version | batch | seconds an epoch, median | fastest … slowest | test accuracy | "
         "Inkling at batch 512 is faster by |\n"
      << "|---|---|---|---|---|---|---|\n";
  for (const auto& [name, result] : pytorch.items()) {
    const std::string times = "times_" + name + "_pytorch";
    out << "| " << name << " | " << text(member(result, "torch"), "none") << " | "
        << number(member(result, "batch"), 0) << " | "
        << number(member(result, "seconds_per_epoch"), 4) << " | "
        << number(member(result, "fastest"), 4) << " … " << number(member(result, "slowest"), 4)
        << " | " << number(member(result, "test_accuracy"), 4) << " | "
        << number(member(summary, times.c_str()), 2) << " × |\n";
  }
}

void write_targets(std::ostream& out, const Json& summary) {
  out << "\n## Targets (for an H200)\n\n| target | asked | measured | met |\n|---|---|---|---|\n";
  for (const Json& target : member(summary, "targets")) {
    const Json met = member(target, "met");
    out << "| " << text(member(target, "target"), "?") << " | " << member(target, "asked").dump()
        << " | " << number(member(target, "measured"), 4) << " | "
        << (met.is_null() ? ""
            : met == true ? "yes"
                          : "**no**")
        << " |\n";
  }
}

}  // namespace inkling
