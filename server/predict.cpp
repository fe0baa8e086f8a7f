#include "server/predict.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "data/decode_picture.h"
#include "data/prepare.h"
#include "engine/inference/verdict.h"
#include "server/base64.h"
#include "server/http/multipart.h"

namespace inkling {
namespace {

using Json = nlohmann::ordered_json;

Response error(int status, std::string_view text) {
  return json_response(status, Json{{"error", text}}.dump());
}

// FastAPI's answer to a field that did not validate.
Response invalid(const std::pair<const char*, const char*>& place, std::string_view type,
                 std::string_view message, const Json& input = nullptr) {
  const Json problem = {
      {"type", type}, {"loc", {place.first, place.second}}, {"msg", message}, {"input", input}};
  // A query may hold any bytes, also such as are no UTF-8.
  return json_response(422, Json{{"detail", Json::array({problem})}}.dump(
                                -1, ' ', false, Json::error_handler_t::replace));
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
  Json rounded_probabilities = Json::array();
  for (const float probability : probabilities) {
    rounded_probabilities.push_back(rounded(probability));
  }
  Json body = {{"predicted_digit", verdict.best},
               {"predicted_class", verdict.name},
               {"confidence", rounded(verdict.confidence)},
               {"probabilities", std::move(rounded_probabilities)},
               {"abstain", verdict.abstains},
               {"reason", verdict.abstains ? Json(verdict.reason) : Json(nullptr)},
               {"model", recognizer.model_name},
               {"seen", base64(digit)}};
  if (!recognizer.class_names.empty()) {
    body["classes"] = recognizer.class_names;
  }
  if (explain) {
    const std::vector<std::int8_t> saliency = recognizer.explain(digit, verdict.best);
    body["saliency"] =
        base64({reinterpret_cast<const std::uint8_t*>(saliency.data()), saliency.size()});
  }
  return json_response(200, body.dump());
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
    return json_response(400, Json{{"detail", problem.what()}}.dump());
  }
}

}  // namespace

Handler predict_handler(Recognizer recognizer) {
  return [recognizer = std::move(recognizer)](const Request& request, const Reply& reply) {
    reply(predict(request, recognizer));
  };
}

}  // namespace inkling
