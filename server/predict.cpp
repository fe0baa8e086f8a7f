#include "server/predict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "data/decode_picture.h"
#include "data/prepare.h"
#include "engine/inference/verdict.h"
#include "server/base64.h"
#include "server/http/json_text.h"
#include "server/http/multipart.h"

namespace inkling {
namespace {

Response error(int status, std::string_view text) {
  return json_response(status, JsonObject().add("error", text).text());
}

// FastAPI's answer to a field that did not validate. nullopt: it was missing.
Response invalid(const std::pair<const char*, const char*>& place, std::string_view type,
                 std::string_view message, std::optional<std::string_view> input = std::nullopt) {
  const auto quoted = [](const char* text) { return to_json(text); };
  const std::string problem =
      JsonObject()
          .add("type", type)
          .add_json("loc", json_array(std::array{place.first, place.second}, quoted))
          .add("msg", message)
          .add_json("input", input ? to_json(*input) : "null")
          .text();
  return json_response(422, JsonObject().add_json("detail", "[" + problem + "]").text());
}

constexpr std::pair<const char*, const char*> kFile{"body", "file"};
constexpr std::pair<const char*, const char*> kExplain{"query", "explain"};

// The last value of `name` in a query, which needs no decoding where it is true or false.
std::optional<std::string_view> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string_view> value;
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    const std::size_t equals = field.find('=');
    if (field.substr(0, equals) == name) {
      value = equals == std::string_view::npos ? "" : field.substr(equals + 1);
    }
  }
  return value;
}

// nullopt: neither.
std::optional<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1") {
    return true;
  }
  return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

double rounded(float probability) { return std::round(double{probability} * 1e6) / 1e6; }

Response prediction(const std::vector<std::uint8_t>& digit, const Recognizer& recognizer,
                    bool explain) {
  const std::vector<float> probabilities = recognizer.classify(digit);
  const Verdict verdict =
      verdict_of(probabilities, recognizer.min_confidence, recognizer.class_names);
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
  if (explain) {
    const std::vector<std::int8_t> saliency = recognizer.explain(digit, verdict.best);
    body.add("saliency",
             base64({reinterpret_cast<const std::uint8_t*>(saliency.data()), saliency.size()}));
  }
  return json_response(200, body.text());
}

// The form's last field `file`, as FastAPI takes it.
std::optional<Part> file_field(const Request& request) {
  const auto boundary = multipart_boundary(request.header("content-type").value_or(""));
  if (!boundary || request.body.empty()) {
    return std::nullopt;
  }
  std::optional<Part> file;
  for (Part& part : parse_multipart(request.body, *boundary)) {
    if (part.name == "file") {
      file = std::move(part);
    }
  }
  return file;
}

Response predict(const Request& request, const Recognizer& recognizer) {
  const std::string_view asked = query_value(request.query, kExplain.second).value_or("false");
  const std::optional<bool> explain = parse_bool(asked);
  if (!explain) {
    return invalid(kExplain, "bool_parsing",
                   "Input should be a valid boolean, unable to interpret input", asked);
  }
  try {
    const auto file = file_field(request);
    if (!file) {
      return invalid(kFile, "missing", "Field required");
    }
    if (!file->filename) {
      return invalid(kFile, "value_error",
                     "Value error, expected an uploaded file, received a plain form field");
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(file->data.data());
    const auto digit = prepare(decode_picture({bytes, file->data.size()}), recognizer.side);
    if (!digit) {
      Response blank = error(400, "Image is blank. Please provide a valid digit.");
      blank.headers.emplace_back("X-Error-Code", "blank_image");
      return blank;
    }
    return prediction(*digit, recognizer, *explain);
  } catch (const PictureError& problem) {
    return error(415, problem.what());
  } catch (const MultipartError& problem) {
    return json_response(400, JsonObject().add("detail", problem.what()).text());
  }
}

}  // namespace

Handler predict_handler(const CurrentModel& model) {
  return [&model](const Request& request, const Reply& reply) {
    const auto served = model.get();
    reply(predict(request, served->recognizer));
  };
}

}  // namespace inkling
