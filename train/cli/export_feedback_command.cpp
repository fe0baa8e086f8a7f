// inkling export-feedback: what the server's users corrected, as a data set to train with.
#include <cstdio>
#include <fstream>
#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "data/base64.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "engine/io/atomic_file.h"
#include "engine/program/flags.h"
#include "train/cli/commands.h"

namespace inkling {
namespace {

constexpr auto kTrainImages = "train-images-idx3-ubyte";

struct ExportFeedbackCommand {
  std::filesystem::path feedback;
  std::filesystem::path out;
  std::filesystem::path with;

  int run() const;
};

struct Correction {
  int side = 0;
  std::uint8_t label = 0;
  std::vector<std::uint8_t> pixels;
};

// Of a line that the server wrote. Throws std::runtime_error or Json::exception for any other.
Correction parse_correction(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  const auto pixels = from_base64(json.at("seen").get<std::string>());
  const int side = json.at("side").get<int>();
  const int label = json.at("label").get<int>();
  if (side < 1 || side > 256 || !pixels ||
      pixels->size() != static_cast<std::size_t>(side) * static_cast<std::size_t>(side)) {
    throw std::runtime_error("expected side × side bytes in \"seen\"");
  }
  if (label < 0 || label > 255) {
    throw std::runtime_error("expected a label from 0 to 255");
  }
  if (!json.at("consent").get<bool>()) {
    throw std::runtime_error("its sender did not consent");
  }
  return {side, static_cast<std::uint8_t>(label), *pixels};
}

// Appends the correction; throws std::runtime_error where it is none of the set's.
void append(const Correction& correction, Dataset& dataset) {
  if (dataset.height == 0) {
    dataset.height = dataset.width = correction.side;
  }
  if (correction.side != dataset.height || correction.side != dataset.width) {
    throw std::runtime_error("expected a picture of " + std::to_string(dataset.height) + "×" +
                             std::to_string(dataset.width) + ", received one of " +
                             std::to_string(correction.side) + "×" +
                             std::to_string(correction.side));
  }
  if (correction.label >= dataset.class_count()) {
    throw std::runtime_error("expected a label below " + std::to_string(dataset.class_count()) +
                             ", received " + std::to_string(correction.label));
  }
  dataset.images.insert(dataset.images.end(), correction.pixels.begin(), correction.pixels.end());
  dataset.labels.push_back(correction.label);
}

// A line that is none is said and left out: one that the disk cut short must not cost the others.
std::size_t append_lines_of(const std::filesystem::path& file, Dataset& dataset) {
  std::ifstream lines(file);
  if (!lines) {
    throw FileError("cannot read " + file.string() + ": expected the folder of inkling-server's " +
                    "--feedback, with feedback.jsonl in it");
  }
  std::size_t appended = 0;
  std::string line;
  for (long number = 1; std::getline(lines, line); ++number) {
    try {
      append(parse_correction(line), dataset);
      ++appended;
    } catch (const nlohmann::json::exception&) {
      std::fprintf(stderr, "%s, line %ld: left out: expected what inkling-server wrote\n",
                   file.c_str(), number);
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "%s, line %ld: left out: %s\n", file.c_str(), number, error.what());
    }
  }
  return appended;
}

void write_split(const std::filesystem::path& folder, const std::string& prefix,
                 const Dataset& dataset) {
  const auto count = static_cast<std::uint32_t>(dataset.size());
  const auto write = [&](const std::string& name, const IdxArray& array) {
    const std::vector<std::uint8_t> bytes = idx_bytes(array);
    write_file_atomically(folder / (prefix + name), std::as_bytes(std::span(bytes)));
  };
  write("-images-idx3-ubyte", {{count, static_cast<std::uint32_t>(dataset.height),
                                static_cast<std::uint32_t>(dataset.width)},
                               dataset.images});
  write("-labels-idx1-ubyte", {{count}, dataset.labels});
}

void write_class_names(const std::filesystem::path& folder, const Dataset& dataset) {
  std::string text;
  for (const std::string& name : dataset.class_names) {
    text += name + "\n";
  }
  if (!text.empty()) {
    write_file_atomically(folder / "classes.txt", text);
  }
}

int ExportFeedbackCommand::run() const {
  for (const char* ending : {"", ".gz"}) {
    if (std::filesystem::exists(out / (std::string(kTrainImages) + ending))) {
      throw FileError(out.string() + ": expected a folder without a data set, received one with " +
                      kTrainImages + ending + "; choose another --out");
    }
  }
  Dataset dataset;
  if (!with.empty()) {
    dataset = load_mnist(with, MnistSplit::train);
  }
  const std::size_t count = append_lines_of(feedback / "feedback.jsonl", dataset);
  if (count == 0) {
    throw FileError(feedback.string() + ": expected at least one correction, received none");
  }
  std::filesystem::create_directories(out);
  if (!with.empty()) {
    write_split(out, "t10k", load_mnist(with, MnistSplit::test));
    write_class_names(out, dataset);
  }
  write_split(out, "train", dataset);
  std::printf("%s: %zu corrections%s\n", out.c_str(), count,
              with.empty() ? "" : (", after the training images of " + with.string()).c_str());
  return kSuccess;
}

}  // namespace

Command add_export_feedback_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "export-feedback", "corrections that inkling-server kept, as a data set to train with");
  const auto state = std::make_shared<ExportFeedbackCommand>();
  command->option_defaults()->group("Files");
  command->add_option("--feedback", state->feedback, "folder of inkling-server's --feedback")
      ->type_name("DIR")
      ->required();
  command->add_option("--out", state->out, "folder for the data set, which must not have one yet")
      ->type_name("DIR")
      ->check(not_empty("a folder"))
      ->required();
  command
      ->add_option("--with", state->with,
                   "a data set, whose training images come before the corrections and whose test "
                   "images are taken as they are: then inkling train can use the result")
      ->type_name("DIR");
  command->footer(
      "Examples:\n"
      "  inkling export-feedback --feedback kept --with data/mnist --out data/more\n"
      "  inkling train --data data/more --out runs/more");
  return {command, [state] { return state->run(); }};
}

}  // namespace inkling
