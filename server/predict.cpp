#include "server/predict.h"

#include <cmath>
#include <optional>
#include <string_view>

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
Response invalid_file(std::string_view type, std::string_view message) {
  const Json problem = {
      {"type", type}, {"loc", {"body", "file"}}, {"msg", message}, {"input", nullptr}};
  return json_response(422, Json{{"detail", Json::array({problem})}}.dump());
}

double rounded(float probability) { return std::round(double{probability} * 1e6) / 1e6; }

Response prediction(const DigitPixels& digit, const std::vector<float>& probabilities,
                    const std::string& model_name, double min_confidence) {
  const Verdict verdict = verdict_of(probabilities, min_confidence);
  Json rounded_probabilities = Json::array();
  for (const float probability : probabilities) {
    rounded_probabilities.push_back(rounded(probability));
  }
  const Json body = {{"predicted_digit", verdict.best},
                     {"confidence", rounded(verdict.confidence)},
                     {"probabilities", std::move(rounded_probabilities)},
                     {"abstain", verdict.abstains},
                     {"reason", verdict.abstains ? Json(verdict.reason) : Json(nullptr)},
                     {"model", model_name},
                     {"seen", base64(digit)}};
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

Response predict(const Request& request, const Classify& classify, const std::string& model_name,
                 double min_confidence) {
  try {
    const auto file = file_field(request);
    if (!file) {
      return invalid_file("missing", "Field required");
    }
    if (!file->filename) {
      return invalid_file("value_error",
                          "Value error, expected an uploaded file, received a plain form field");
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(file->data.data());
    const auto digit = prepare(decode_picture({bytes, file->data.size()}));
    if (!digit) {
      Response blank = error(400, "Image is blank. Please provide a valid digit.");
      blank.headers.emplace_back("X-Error-Code", "blank_image");
      return blank;
    }
    return prediction(*digit, classify(*digit), model_name, min_confidence);
  } catch (const PictureError& problem) {
    return error(415, problem.what());
  } catch (const MultipartError& problem) {
    return json_response(400, Json{{"detail", problem.what()}}.dump());
  }
}

}  // namespace

Handler predict_handler(Classify classify, std::string model_name, double min_confidence) {
  return [classify = std::move(classify), model_name = std::move(model_name), min_confidence](
             const Request& request, const Reply& reply) {
    reply(predict(request, classify, model_name, min_confidence));
  };
}

}  // namespace inkling
