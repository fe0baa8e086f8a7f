// bench-report FOLDER: what script/gpu left in a folder (machine.txt, steps.jsonl, kernels.json, gradcheck.json, trainings,
// PyTorch's times) becomes report.json, all of it, and report.md, what a person reads. What was not measured says so.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// null when the file is not there, or is no JSON: a step that was cut off.
Json json_of(const fs::path& path) {
  const Json parsed = Json::parse(text_of(path), nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? Json() : parsed;
}

Json lines_of(const fs::path& path) {
  Json lines = Json::array();
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const Json parsed = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_discarded()) {
      lines.push_back(parsed);
    }
  }
  return lines;
}

std::string number(const Json& value, int digits, double factor = 1) {
  if (!value.is_number()) {
    return "not measured";
  }
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << factor * value.get<double>();
  return text.str();
}

void write_steps(std::ostream& out, const Json& steps) {
  out << "\n## Steps\n\n| step | result | seconds |\n|---|---|---|\n";
  for (const Json& step : steps) {
    out << "| " << step.value("step", "?") << " | ";
    if (step.contains("left_out")) {
      out << "left out: " << step["left_out"].get<std::string>() << " | |\n";
    } else {
      out << (step.value("exit_code", 1) == 0 ? "passed" : "**failed**") << " | "
          << number(step["seconds"], 1) << " |\n";
    }
  }
}

void write_gradcheck(std::ostream& out, const Json& gradcheck) {
  out << "\n## Every operation against the CPU in float64\n\n";
  if (!gradcheck.is_object()) {
    out << "Not measured.\n";
    return;
  }
  out << gradcheck["checks"].size()
      << " checks: " << (gradcheck["passed"] == true ? "all passed" : "**some are off**") << ".\n";
}

void write_kernels(std::ostream& out, const Json& kernels) {
  out << "\n## Kernels\n\n";
  if (!kernels.is_object()) {
    out << "Not measured.\n";
    return;
  }
  out << "Batch " << kernels["batch"] << ", device " << kernels["device"].get<std::string>()
      << ", peers " << kernels["peers"].get<std::string>()
      << ". Roofline: " << number(kernels["roof"]["bf16_tflops"], 0) << " TFLOP/s in bf16, "
      << number(kernels["roof"]["float32_tflops"], 1) << " in float32, "
      << number(kernels["roof"]["gbytes_per_s"], 0) << " GB/s.\n\n"
      << "| kernel | precision | µs | GFLOP/s | GB/s | % of roofline | peer | peer µs | % of peer "
         "|\n"
      << "|---|---|---|---|---|---|---|---|---|\n";
  for (const Json& row : kernels["kernels"]) {
    out << "| " << row["kernel"].get<std::string>() << " | " << row["precision"].get<std::string>()
        << " | " << number(row["microseconds"], 1) << " (" << number(row["fastest"], 1) << " … "
        << number(row["slowest"], 1) << ") | " << number(row["gflops"], 0) << " | "
        << number(row["gbytes_per_s"], 0) << " | " << number(row["of_roofline"], 0, 100) << " | "
        << (row["peer"].is_string() ? row["peer"].get<std::string>() : "none") << " | "
        << number(row["peer_microseconds"], 1) << " | " << number(row["of_peer"], 0, 100) << " |\n";
  }
}

void write_trainings(std::ostream& out, const Json& trainings) {
  out << "\n## Trainings\n\n| run | epochs | seconds an epoch, the last | images/s | train loss | "
         "test accuracy |\n"
      << "|---|---|---|---|---|---|\n";
  for (const auto& [name, training] : trainings.items()) {
    const Json& epochs = training["epochs"];
    const Json last = epochs.empty() ? Json::object() : epochs.back();
    out << "| " << name << " | " << epochs.size() << " | "
        << number(last.value("seconds", Json()), 4) << " | "
        << number(last.value("images_per_second", Json()), 0) << " | "
        << number(last.value("train_loss", Json()), 4) << " | "
        << number(training["summary"].value("test_accuracy", Json()), 4) << " |\n";
  }
}

void write_pytorch(std::ostream& out, const Json& pytorch) {
  out << "\n## PyTorch on the same card\n\n| how | batch | seconds an epoch, median "
         "|\n|---|---|---|\n";
  for (const auto& [name, result] : pytorch.items()) {
    out << "| " << name << " | " << (result.is_object() ? result["batch"].dump() : "") << " | "
        << (result.is_object() ? number(result["seconds_per_epoch"], 4) : "not measured") << " |\n";
  }
}

int run(const fs::path& folder) {
  Json trainings = Json::object();
  std::map<std::string, fs::path> sorted;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".json" &&
        (name.starts_with("train-") || name.starts_with("accuracy-"))) {
      sorted[name] = entry.path();
    }
  }
  for (const auto& [name, path] : sorted) {
    trainings[name] = {{"summary", json_of(path)},
                       {"epochs", lines_of(folder / (name + ".jsonl"))}};
  }
  const Json pytorch = {{"eager", json_of(folder / "pytorch-eager.json")},
                        {"tuned", json_of(folder / "pytorch-tuned.json")}};
  const Json report = {{"machine", text_of(folder / "machine.txt")},
                       {"steps", lines_of(folder / "steps.jsonl")},
                       {"gradcheck", json_of(folder / "gradcheck.json")},
                       {"kernels", json_of(folder / "kernels.json")},
                       {"trainings", trainings},
                       {"pytorch", pytorch}};
  std::ofstream(folder / "report.json") << report.dump(1) << "\n";
  std::ofstream out(folder / "report.md");
  out << "# A run on a GPU\n\nMade by `script/gpu`. Median of seven rounds, fastest … slowest in "
         "brackets.\n\n```\n"
      << report["machine"].get<std::string>() << "```\n";
  write_steps(out, report["steps"]);
  write_gradcheck(out, report["gradcheck"]);
  write_kernels(out, report["kernels"]);
  write_trainings(out, report["trainings"]);
  write_pytorch(out, report["pytorch"]);
  out.flush();
  if (!out) {
    std::fprintf(stderr, "bench-report: cannot write %s\n", (folder / "report.md").c_str());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "bench-report: expected one folder, received %d arguments\n", argc - 1);
    return 2;
  }
  try {
    return run(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-report: %s\n", error.what());
    return 1;
  }
}
