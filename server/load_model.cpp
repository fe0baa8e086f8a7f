#include "server/load_model.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>

#include "data/prepare.h"
#include "engine/choices.h"
#include "engine/inference/inference_plan.h"
#include "engine/inference/saliency.h"
#include "engine/io/atomic_file.h"
#include "engine/io/safetensors.h"
#include "engine/io/weights.h"
#include "kernels/cpu/instruction_level.h"
#include "server/access/digest.h"
#include "server/http/json_text.h"

namespace inkling {
namespace {

constexpr int kDigits = 10;

void check_model(const InferencePlan& plan, const std::string& weights) {
  check_preparable(plan.height(), plan.width(), weights);
  if (plan.class_names().empty() && plan.classes() != kDigits) {
    throw std::runtime_error(
        weights + ": expected a model of ten digits, or of classes with names, received " +
        std::to_string(plan.classes()) + " classes without names");
  }
}

// A bar in the middle: what it is called is not known of any network, but that it is called
// something.
void check_answers(const InferencePlan& plan, const std::string& weights) {
  const auto side = static_cast<std::size_t>(plan.height());
  std::vector<std::uint8_t> bar(side * side);
  for (std::size_t y = side / 8; y < side - side / 8; ++y) {
    bar[y * side + side / 2] = 255;
  }
  const std::vector<float> answer = plan.probabilities(bar);
  const float sum = std::accumulate(answer.begin(), answer.end(), 0.0F);
  if (!(std::abs(sum - 1) < 0.001F)) {  // also what is no number
    throw std::runtime_error(weights + ": expected probabilities that sum to 1, received " +
                             std::to_string(sum));
  }
}

// README.md beside the weights, as model hubs have it; empty when there is none.
std::string card_of(const std::filesystem::path& weights) {
  std::ifstream file(weights.parent_path() / "README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string facts_of(const InferencePlan& plan, std::span<const std::byte> bytes,
                     const std::filesystem::path& weights, InferencePrecision precision,
                     const std::string& card) {
  const Safetensors contents = parse_safetensors(bytes, weights.string());
  std::vector<std::string> classes = plan.class_names();
  for (int digit = 0; classes.size() < static_cast<std::size_t>(plan.classes()); ++digit) {
    classes.push_back(std::to_string(digit));
  }
  const auto quoted = [](const std::string& name) { return to_json(name); };
  return JsonObject()
      .add("name", plan.model_name())
      .add_json("parameters", std::to_string(plan.parameter_count()))
      .add("height", plan.height())
      .add("width", plan.width())
      .add_json("classes", json_array(classes, quoted))
      .add("precision", name_of(kInferencePrecisions, precision))
      .add("instruction_level", cpu::name_of(cpu::instruction_level()))
      .add("temperature", plan.calibration().temperature)
      .add("min_confidence", plan.calibration().min_confidence)
      .add("sha256", to_hex(sha256(bytes)))
      .add_json("spec", contents.metadata.at(kSpecKey))  // which the plan was made from
      .add("card", card)
      .text();
}

}  // namespace

ServedModel load_served_model(const std::filesystem::path& weights, InferencePrecision precision) {
  const auto plan = std::make_shared<const InferencePlan>(weights, 1, precision);
  check_model(*plan, weights.string());
  check_answers(*plan, weights.string());
  const auto saliency = std::make_shared<const Saliency>(weights);
  const std::string card = card_of(weights);
  const std::vector<std::byte> bytes = read_file(weights);
  return {
      {[plan](std::span<const std::uint8_t> digit) { return plan->probabilities(digit); },
       [saliency](std::span<const std::uint8_t> digit, int answer) {
         return saliency->of(digit, answer);
       },
       plan->model_name(), plan->calibration().min_confidence, plan->height(), plan->class_names()},
      card,
      facts_of(*plan, bytes, weights, precision, card),
      to_hex(sha256(bytes))};
}

void check_replaceable(const Recognizer& served, const Recognizer& next) {
  if (served.side != next.side || served.class_names != next.class_names) {
    throw std::runtime_error("expected a network for pictures of " + std::to_string(served.side) +
                             " pixels a side and the same classes, received " + next.model_name +
                             " for others; to serve it, start again");
  }
}

}  // namespace inkling
