#include "server/inference_protocol.h"

#include <array>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "server/answers.h"
#include "server/classified.h"
#include "server/http/header_text.h"
#include "server/http/json_text.h"
#include "server/infer_request.h"

namespace inkling {
namespace {

constexpr std::string_view kModels = "/v2/models/";
constexpr std::string_view kProbabilities = "probabilities";
constexpr std::string_view kDigit = "digit";

std::string tensor(std::string_view name, std::string_view datatype,
                   const std::vector<int>& shape) {
  const auto number = [](int extent) { return to_json(extent); };
  return JsonObject()
      .add("name", name)
      .add("datatype", datatype)
      .add_json("shape", json_array(shape, number))
      .text();
}

Response metadata(const Recognizer& recognizer) {
  const std::array inputs{tensor("pixels", "UINT8", {-1, recognizer.side, recognizer.side})};
  const std::array outputs{tensor(kProbabilities, "FP32", {-1, class_count(recognizer)}),
                           tensor(kDigit, "INT64", {-1})};
  return json_response(200, JsonObject()
                                .add("name", recognizer.model_name)
                                .add_json("versions", R"(["1"])")
                                .add("platform", "inkling")
                                .add_json("inputs", json_array(inputs))
                                .add_json("outputs", json_array(outputs))
                                .text());
}

// An output's numbers, as JSON or as bytes (little-endian).
struct OutputData {
  std::string datatype;
  std::vector<int> shape;
  std::string json;
  std::string bytes;
};

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

OutputData output_data(std::string_view name, const Classified& found) {
  const auto number = [](auto value) { return to_json(value); };
  const auto pictures = static_cast<int>(found.verdicts.size());
  if (name == kProbabilities) {
    return {"FP32",
            {pictures, static_cast<int>(found.probabilities.size()) / pictures},
            json_array(found.probabilities, number),
            bytes_of(found.probabilities)};
  }
  if (name != kDigit) {
    throw InferError("expected the outputs probabilities or digit, received " + std::string(name));
  }
  std::vector<int> digits;
  for (const Verdict& verdict : found.verdicts) {
    digits.push_back(verdict.best);
  }
  return {"INT64",
          {pictures},
          json_array(digits, number),
          bytes_of(std::vector<std::int64_t>(digits.begin(), digits.end()))};
}

Response infer(const Request& request, const Recognizer& recognizer, Metrics* metrics) {
  std::size_t json_size = request.body.size();
  if (const auto header = request.header("inference-header-content-length")) {
    const auto bytes = whole_number(*header);
    if (!bytes || *bytes < 0) {
      throw InferError("expected a number of bytes in Inference-Header-Content-Length");
    }
    json_size = static_cast<std::size_t>(*bytes);
  }
  InferRequest asked = parse_infer_request(request.body, json_size, recognizer.side);
  if (asked.outputs.empty()) {
    asked.outputs = {{std::string(kProbabilities), {}}, {std::string(kDigit), {}}};
  }
  const Classified found = classified(asked.pixels, recognizer, metrics);
  std::vector<std::string> outputs;
  std::string binary;
  for (const InferRequest::Output& output : asked.outputs) {
    const OutputData data = output_data(output.name, found);
    JsonObject object;
    object.add_members_of(tensor(output.name, data.datatype, data.shape));
    if (output.binary.value_or(asked.binary_outputs)) {
      object.add_json(
          "parameters",
          JsonObject().add("binary_data_size", static_cast<int>(data.bytes.size())).text());
      binary += data.bytes;
    } else {
      object.add_json("data", data.json);
    }
    outputs.push_back(object.text());
  }
  JsonObject answer;
  answer.add("model_name", recognizer.model_name).add("model_version", "1");
  if (asked.id) {
    answer.add("id", *asked.id);
  }
  answer.add_json("outputs", json_array(outputs));
  Response response = json_response(200, answer.text());
  if (!binary.empty()) {
    response.headers = {{"Content-Type", "application/octet-stream"},
                        {"Inference-Header-Content-Length", std::to_string(response.body.size())}};
    response.body += binary;
  }
  return response;
}

// The handler where the path's name is that of the model that answers now.
template <class Work>
Handler of_named_model(const CurrentModel& model, Work work) {
  return [&model, work](const Request& request, const Reply& reply) {
    const auto served = model.get();
    const std::string path = percent_decoded(request.path).substr(kModels.size());
    if (path.substr(0, path.find('/')) != served->recognizer.model_name) {
      reply(error_response(
          404, "expected the model " + served->recognizer.model_name + ", received another name"));
      return;
    }
    try {
      reply(work(request, served->recognizer));
    } catch (const InferError& error) {
      reply(error_response(400, error.what()));
    }
  };
}

}  // namespace

void add_inference_protocol(Router& router, const CurrentModel& model,
                            const std::atomic<bool>& ready, const std::string& version,
                            WorkQueue* work, Metrics* metrics) {
  router.add("GET", "/v2",
             fixed_json(JsonObject()
                            .add("name", "inkling")
                            .add("version", version)
                            .add_json("extensions", R"(["binary_tensor_data"])")
                            .text()));
  router.add("GET", "/v2/health/live", fixed_json(R"({"live":true})"));
  router.add("GET", "/v2/health/ready", [&ready](const Request&, const Reply& reply) {
    reply(ready ? json_response(200, R"({"ready":true})")
                : json_response(503, R"({"ready":false})"));
  });
  router.add("GET", "/v2/models/{name}",
             of_named_model(model, [](const Request&, const Recognizer& recognizer) {
               return metadata(recognizer);
             }));
  router.add(
      "GET", "/v2/models/{name}/ready",
      of_named_model(model, [&ready](const Request&, const Recognizer& recognizer) {
        return json_response(
            ready ? 200 : 503,
            JsonObject().add("name", recognizer.model_name).add("ready", ready.load()).text());
      }));
  Handler answer =
      of_named_model(model, [metrics](const Request& request, const Recognizer& recognizer) {
        return infer(request, recognizer, metrics);
      });
  if (work != nullptr) {
    answer = queued(std::move(answer), *work, metrics);
  }
  const std::string path = "/v2/models/{name}/infer";
  router.add("POST", path,
             metrics != nullptr ? counted(std::move(answer), path, *metrics) : std::move(answer));
}

}  // namespace inkling
