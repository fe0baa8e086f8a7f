#include "server/answers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "data/base64.h"
#include "server/http/json_text.h"

namespace inkling {
namespace {

double rounded(float probability) { return std::round(double{probability} * 1e6) / 1e6; }

std::string name_of_class(const Recognizer& recognizer, std::size_t number) {
  return recognizer.class_names.empty() ? std::to_string(number) : recognizer.class_names[number];
}

// The most probable first; of equals the first.
std::string top_classes(std::span<const float> probabilities, const Recognizer& recognizer,
                        int count) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  return json_array(order, [&](std::size_t number) {
    return JsonObject()
        .add("class", name_of_class(recognizer, number))
        .add("number", static_cast<int>(number))
        .add("probability", rounded(probabilities[number]))
        .text();
  });
}

}  // namespace

Response error_response(int status, std::string_view text) {
  return json_response(status, JsonObject().add("error", text).text());
}

Response invalid_response(const Problem& problem) {
  const std::array place{problem.place, problem.field};
  const auto location = std::span(place).first(problem.field.empty() ? 1 : 2);
  const auto quoted = [](std::string_view text) { return to_json(text); };
  const JsonObject object =
      JsonObject()
          .add("type", problem.type)
          .add_json("loc", json_array(location, quoted))
          .add("msg", problem.message)
          .add_json("input", problem.input ? to_json(*problem.input) : "null");
  const std::string list =
      json_array(std::array{object}, [](const auto& one) { return one.text(); });
  return json_response(422, JsonObject().add_json("detail", list).text());
}

Response prediction_response(std::span<const std::uint8_t> digit, const Asked& asked) {
  const Classified found = classified(digit, asked.recognizer, asked.metrics);
  return prediction_response(digit, found.of(0), asked.recognizer, asked.options);
}

Response prediction_response(std::span<const std::uint8_t> digit, const ClassifiedPicture& found,
                             const Recognizer& recognizer, const PredictOptions& options) {
  const auto& [probabilities, verdict] = found;
  const auto shown = [](float probability) { return to_json(rounded(probability)); };
  JsonObject body;
  body.add("predicted_digit", verdict.best)
      .add("predicted_class", verdict.name)
      .add("confidence", rounded(verdict.confidence))
      .add_json("probabilities", json_array(probabilities, shown))
      .add("abstain", verdict.abstains)
      .add_json("reason", verdict.abstains ? to_json(verdict.reason) : "null")
      .add("model", recognizer.model_name)
      .add("seen", base64(digit));
  if (!recognizer.class_names.empty()) {
    const auto quoted = [](const std::string& name) { return to_json(name); };
    body.add_json("classes", json_array(recognizer.class_names, quoted));
  }
  if (options.top > 0) {
    body.add_json("top_k", top_classes(probabilities, recognizer, options.top));
  }
  if (options.explain) {
    const std::vector<std::int8_t> saliency = recognizer.explain(digit, verdict.best);
    body.add("saliency",
             base64({reinterpret_cast<const std::uint8_t*>(saliency.data()), saliency.size()}));
  }
  Response response = json_response(200, body.text());
  response.log = JsonObject()
                     .add("digit", verdict.best)
                     .add("confidence", rounded(verdict.confidence))
                     .add("abstain", verdict.abstains)
                     .text();
  return response;
}

}  // namespace inkling
