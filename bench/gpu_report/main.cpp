// bench-report FOLDER: what script/gpu left in a folder (machine.txt, steps.jsonl, kernels.jsonl,
// gradcheck.json, trainings, PyTorch's times) becomes report.json, all of it, and report.md, what a
// person reads. What was not measured says so.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bench/gpu_report/sections.h"

namespace inkling {
namespace {

namespace fs = std::filesystem;

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

// By name; a training that did not end has its epochs and no summary.
Json trainings_of(const fs::path& folder) {
  std::map<std::string, fs::path> sorted;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".jsonl" &&
        (name.starts_with("train-") || name.starts_with("accuracy-"))) {
      sorted[name] = entry.path();
    }
  }
  Json trainings = Json::object();
  for (const auto& [name, path] : sorted) {
    trainings[name] = {{"summary", json_of(folder / (name + ".json"))}, {"epochs", lines_of(path)}};
  }
  return trainings;
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.flush();
  if (!out) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

void run(const fs::path& folder) {
  const Json trainings = trainings_of(folder);
  const Json pytorch = {{"eager", json_of(folder / "pytorch-eager.json")},
                        {"tuned", json_of(folder / "pytorch-tuned.json")}};
  const Json report = {{"machine", text_of(folder / "machine.txt")},
                       {"steps", lines_of(folder / "steps.jsonl")},
                       {"gradcheck", json_of(folder / "gradcheck.json")},
                       {"kernels", lines_of(folder / "kernels.jsonl")},
                       {"trainings", trainings},
                       {"pytorch", pytorch},
                       {"summary", summary_of(trainings, pytorch)}};
  // Logs of a machine may hold anything: what is no UTF-8 is replaced.
  write(folder / "report.json", report.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  std::ostringstream out;
  out << "# A run on a GPU\n\nMade by `script/gpu`. Median of seven rounds, fastest … slowest in "
         "brackets.\n\n```\n"
      << report["machine"].get<std::string>() << "```\n";
  write_targets(out, report["summary"]);
  write_steps(out, report["steps"]);
  write_gradcheck(out, report["gradcheck"]);
  write_kernels(out, report["kernels"]);
  write_trainings(out, trainings, report["summary"]);
  write_pytorch(out, pytorch, report["summary"]);
  write(folder / "report.md", out.str());
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "bench-report: expected one folder, received %d arguments\n", argc - 1);
    return 2;
  }
  try {
    inkling::run(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-report: %s\n", error.what());
    return 1;
  }
}
