// inkling predict: which digit is in a picture.
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <nlohmann/json.hpp>

#include "data/decode_picture.h"
#include "data/prepare.h"
#include "engine/inference/inference_plan.h"
#include "engine/inference/verdict.h"
#include "engine/io/atomic_file.h"
#include "engine/program/flags.h"
#include "engine/program/resources.h"
#include "train/cli/commands.h"

namespace inkling {
namespace {

struct PredictCommand {
  std::filesystem::path model;
  std::vector<std::filesystem::path> images;
  int threads = 0;
  InferencePrecision precision = InferencePrecision::fast;
  bool json = false;

  int run() const;
};

std::vector<std::byte> read_standard_input() {
  std::vector<std::byte> bytes;
  std::array<std::byte, 65536> block{};
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), stdin)) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
  }
  if (std::ferror(stdin) != 0) {
    throw FileError("cannot read standard input: " +
                    std::error_code(errno, std::generic_category()).message());
  }
  return bytes;
}

// {"image": …, "predicted_digit": …, …}, or {"image": …, "error": …}; an error names the picture.
nlohmann::ordered_json predict_one(const InferencePlan& plan, const std::filesystem::path& image) {
  nlohmann::ordered_json result = {{"image", image.string()}};
  try {
    const std::vector<std::byte> bytes = image == "-" ? read_standard_input() : read_file(image);
    const Picture picture =
        decode_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const auto digit = prepare(picture, plan.height());
    if (!digit) {
      result["error"] = image.string() + ": the picture is blank";
      return result;
    }
    const std::vector<float> probabilities = plan.probabilities(*digit);
    const Verdict verdict =
        verdict_of(probabilities, plan.calibration().min_confidence, plan.class_names());
    result["predicted_digit"] = verdict.best;
    result["predicted_class"] = verdict.name;
    result["confidence"] = verdict.confidence;
    result["probabilities"] = probabilities;
    result["abstain"] = verdict.abstains;
    result["reason"] = nullptr;
    if (verdict.abstains) {
      result["reason"] = verdict.reason;
    }
  } catch (const PictureError& error) {
    result["error"] = image.string() + ": " + error.what();
  } catch (const FileError& error) {
    result["error"] = error.what();
  }
  return result;
}

int PredictCommand::run() const {
  const std::filesystem::path weights = model.empty() ? shipped_model() : model;
  const InferencePlan plan(weights, threads, precision);
  check_preparable(plan.height(), plan.width(), weights.string());
  int exit_code = kSuccess;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const std::filesystem::path& image : images) {
    nlohmann::ordered_json result = predict_one(plan, image);
    if (result.contains("error")) {
      std::fprintf(stderr, "inkling: %s\n", result["error"].get<std::string>().c_str());
      exit_code = kFailure;
    } else if (!json) {
      std::printf("%s: %s (%.1f %%)%s%s\n", image.c_str(),
                  result["predicted_class"].get<std::string>().c_str(),
                  100 * result["confidence"].get<double>(), result["abstain"] ? ", " : "",
                  result["abstain"] ? result["reason"].get<std::string>().c_str() : "");
    }
    results.push_back(std::move(result));
  }
  if (json) {
    std::printf("%s\n",
                results.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
  }
  return exit_code;
}

}  // namespace

Command add_predict_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("predict", "recognize the digit in pictures");
  const auto state = std::make_shared<PredictCommand>();
  command->option_defaults()->group("Prediction");
  command
      ->add_option("images", state->images,
                   "PNG, JPEG or WebP files; - reads one from standard input")
      ->required();
  command->add_option("--model", state->model, "weights file (default: those that come with it)")
      ->type_name("FILE");
  add_choice(*command, "--precision", state->precision, kInferencePrecisions,
             "fast: bf16 and int8 where the processor has them, with the same answers");
  command->add_flag("--json", state->json, "print a JSON list, one object a picture");
  add_threads_flag(*command, state->threads);
  command->footer(
      "Examples:\n"
      "  inkling predict digit.png\n"
      "  inkling predict --json - < digit.png");
  return {command, [state] { return state->run(); }};
}

}  // namespace inkling
