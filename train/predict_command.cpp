// inkling predict: which digit is in a picture.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "data/png.h"
#include "data/prepare.h"
#include "engine/atomic_file.h"
#include "engine/inference.h"
#include "train/commands.h"

namespace inkling {
namespace {

struct PredictCommand {
  std::filesystem::path model;
  std::vector<std::filesystem::path> images;
  int threads = 0;
  bool json = false;

  int run() const;
};

// {"image": …, "predicted_digit": …, …}, or {"image": …, "error": …}.
nlohmann::ordered_json predict_one(const InferencePlan& plan, const std::filesystem::path& image) {
  nlohmann::ordered_json result = {{"image", image.string()}};
  try {
    const std::vector<std::byte> bytes = read_file(image);
    const Picture picture =
        decode_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const std::optional<DigitPixels> digit = prepare(picture);
    if (!digit) {
      result["error"] = "the picture is blank";
      return result;
    }
    const std::vector<float> probabilities = plan.probabilities(*digit);
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    result["predicted_digit"] = best - probabilities.begin();
    result["confidence"] = *best;
    result["probabilities"] = probabilities;
  } catch (const PictureError& error) {
    result["error"] = error.what();
  } catch (const FileError& error) {
    result["error"] = error.what();
  }
  return result;
}

int PredictCommand::run() const {
  const InferencePlan plan(model, threads);
  if (plan.height() != kDigitSize || plan.width() != kDigitSize) {
    throw std::invalid_argument(model.string() +
                                ": expected a network for 28×28 pictures, received one for " +
                                std::to_string(plan.height()) + "×" + std::to_string(plan.width()));
  }
  int exit_code = kSuccess;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const std::filesystem::path& image : images) {
    nlohmann::ordered_json result = predict_one(plan, image);
    if (result.contains("error")) {
      std::fprintf(stderr, "inkling: %s: %s\n", image.c_str(),
                   result["error"].get<std::string>().c_str());
      exit_code = kFailure;
    } else if (!json) {
      std::printf("%s: %d (%.1f %%)\n", image.c_str(), result["predicted_digit"].get<int>(),
                  100 * result["confidence"].get<double>());
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

void add_predict_command(CLI::App& app, int& exit_code) {
  auto state = std::make_shared<PredictCommand>();
  CLI::App* command = app.add_subcommand("predict", "recognise the digit in PNG pictures");
  command->add_option("--model", state->model, "weights file")->required();
  command->add_option("images", state->images, "PNG files")->required();
  command->add_option("--threads", state->threads, "CPU threads; 0 takes every core")
      ->check(CLI::Range(0, 1024));
  command->add_flag("--json", state->json, "print a JSON list, one object a picture");
  command->callback([state, &exit_code] { exit_code = state->run(); });
}

}  // namespace inkling
