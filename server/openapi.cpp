#include "server/openapi.h"

#include <string_view>
#include <utility>

#include "server/openapi_access.h"
#include "server/openapi_schemas.h"

namespace inkling {
namespace {

using openapi::Json;
using openapi::object_schema;
using openapi::reference;

Json json_content(const Json& schema) { return {{"application/json", {{"schema", schema}}}}; }

Json response(std::string_view description, const Json& schema) {
  return {{"description", description}, {"content", json_content(schema)}};
}

Json file_schema(std::string_view description) {
  return {{"type", "string"}, {"format", "binary"}, {"description", description}};
}

Json query_parameter(std::string_view name, std::string_view description, const Json& schema) {
  return {{"name", name},
          {"in", "query"},
          {"required", false},
          {"description", description},
          {"schema", schema}};
}

// What recognizing pictures has in common; `answer` is what 200 is.
Json recognize_operation(const ApiFacts& facts, const Json& content, const Json& answer) {
  const std::string too_large =
      "The body is larger than " + std::to_string(facts.max_body) + " bytes.";
  Json busy = response("There are too many requests at once.", reference("Detail"));
  busy["headers"]["Retry-After"] = {{"description", "After so many seconds it may be tried again."},
                                    {"schema", {{"type", "integer"}}}};
  return {{"parameters",
           {query_parameter("explain", "Whether to answer with saliency, too.",
                            {{"type", "boolean"}, {"default", false}}),
            query_parameter("top_k", "With so many of the most probable classes.",
                            {{"type", "integer"}, {"minimum", 1}, {"maximum", facts.classes}})}},
          {"requestBody", {{"required", true}, {"content", content}}},
          {"responses",
           {{"200", answer},
            {"400", response("The form cannot be read.", reference("Detail"))},
            {"413", response(too_large, reference("Detail"))},
            {"422", response("The picture is missing, or a parameter is not what it should be.",
                             reference("ValidationError"))},
            {"503", busy}}}};
}

Json predict_operation(const ApiFacts& facts) {
  const Json form =
      object_schema({{"file", file_schema("One digit as PNG, JPEG or WebP.")}}, {"file"});
  const Json content = {{"multipart/form-data", {{"schema", form}}},
                        {"application/json", {{"schema", reference("JsonInput")}}}};
  Json operation =
      recognize_operation(facts, content, response("The digit.", reference("Prediction")));
  operation["summary"] = "Recognize a digit";
  operation["operationId"] = "predict";
  Json& bad_request = operation["responses"]["400"];
  bad_request = response("The picture is blank (error), or the form cannot be read (detail).",
                         {{"anyOf", {reference("Error"), reference("Detail")}}});
  bad_request["headers"]["X-Error-Code"] = {
      {"description", "blank_image where the picture is blank; else absent."},
      {"schema", {{"type", "string"}, {"enum", {"blank_image"}}}}};
  operation["responses"]["415"] =
      response("The file is no picture that is accepted.", reference("Error"));
  return operation;
}

Json batch_operation(const ApiFacts& facts) {
  const Json files = {{"type", "array"},
                      {"items", file_schema("One digit as PNG, JPEG or WebP.")},
                      {"minItems", 1},
                      {"maxItems", 32}};
  const Json form = object_schema({{"files", files}}, {"files"});
  Json operation =
      recognize_operation(facts, {{"multipart/form-data", {{"schema", form}}}},
                          response("An answer for each file, in their order.", reference("Batch")));
  operation["summary"] = "Recognize several digits";
  operation["operationId"] = "predict_batch";
  return operation;
}

Json feedback_path(const ApiFacts& facts) {
  Json path = {{"get",
                {{"summary", "Whether corrections are taken, and what their senders agree to"},
                 {"operationId", "feedback_info"},
                 {"responses", {{"200", response("Both.", reference("FeedbackInfo"))}}}}}};
  if (!facts.takes_feedback) {
    return path;
  }
  const Json text = {{"type", "string"}};
  const Json form = object_schema({{"file", file_schema("One digit as PNG, JPEG or WebP.")},
                                   {"label", text},
                                   {"consent", {{"type", "string"}, {"const", "true"}}}},
                                  {"file", "label", "consent"});
  path["post"] = recognize_operation(facts, {{"multipart/form-data", {{"schema", form}}}}, {});
  Json& post = path["post"];
  post["summary"] = "Say what a picture shows";
  post["operationId"] = "feedback";
  post.erase("parameters");
  Json& responses = post["responses"];
  responses.erase("200");
  responses["201"] = response("It is kept.", reference("Feedback"));
  responses["400"] = response("The picture is blank (error), or the form cannot be read (detail).",
                              {{"anyOf", {reference("Error"), reference("Detail")}}});
  responses["415"] = response("The file is no picture that is accepted.", reference("Error"));
  responses["507"] = response("There is no room for more.", reference("Detail"));
  return path;
}

// The Open Inference Protocol's paths, whose bodies its own description has.
Json protocol_get(std::string_view id, std::string_view summary) {
  return {{"get",
           {{"summary", summary},
            {"operationId", id},
            {"responses", {{"200", response("As the protocol has it.", {{"type", "object"}})}}}}}};
}

// Of a path with the network's name in it.
Json of_model(Json path) {
  for (auto& [method, operation] : path.items()) {
    operation["parameters"] = Json::array(
        {{{"name", "name"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}}});
    operation["responses"]["404"] = response("The network has another name.", reference("Error"));
  }
  return path;
}

Json infer_operation(const ApiFacts& facts) {
  return {
      {"summary", "Recognize pictures of the network's own size, up to 256 at once"},
      {"operationId", "v2_infer"},
      {"description", "Tensors may also be binary, as the protocol's extension for them has it."},
      {"requestBody",
       {{"required", true}, {"content", json_content(openapi::infer_schema(facts))}}},
      {"responses",
       {{"200", response("The outputs probabilities and digit.", {{"type", "object"}})},
        {"400", response("The body is not as it should be.", reference("Error"))},
        {"413", response("The body is too large.", reference("Detail"))},
        {"503", response("There are too many requests at once.", reference("Detail"))}}}};
}

}  // namespace

Json openapi_document(const ApiFacts& facts) {
  const Json page = {{"200",
                      {{"description", "A page for people."},
                       {"content", {{"text/html", {{"schema", {{"type", "string"}}}}}}}}}};
  Json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Inkling"},
        {"version", facts.version},
        {"description",
         "Recognizes handwritten digits. Errors are JSON, with the status that says "
         "whose they are."}}},
      {"paths",
       {{"/",
         {{"get",
           {{"summary", "Welcome"},
            {"operationId", "welcome"},
            {"responses", {{"200", response("A greeting.", reference("Welcome"))}}}}}}},
        {"/predict/", {{"post", predict_operation(facts)}}},
        {"/predict/batch", {{"post", batch_operation(facts)}}},
        {"/feedback", feedback_path(facts)},
        {"/model",
         {{"get",
           {{"summary", "The network that answers: its card, spec, classes and weights' SHA-256"},
            {"operationId", "model"},
            {"responses", {{"200", response("The network.", reference("Model"))}}}}}}},
        {"/healthz",
         {{"get",
           {{"summary", "Whether the server is alive"},
            {"operationId", "healthz"},
            {"responses", {{"200", response("It is.", reference("Status"))}}}}}}},
        {"/readyz",
         {{"get",
           {{"summary", "Whether it is ready for requests"},
            {"operationId", "readyz"},
            {"responses",
             {{"200", response("It is: the network has answered a picture.", reference("Status"))},
              {"503", response("It stops, and finishes what it has.", reference("Status"))}}}}}}},
        {"/metrics",
         {{"get",
           {{"summary", "What operators watch, in Prometheus's text format"},
            {"operationId", "metrics"},
            {"responses",
             {{"200",
               {{"description", "Counters, histograms and gauges."},
                {"content", {{"text/plain", {{"schema", {{"type", "string"}}}}}}}}}}}}}}},
        {"/v2", protocol_get("v2", "The server, in the Open Inference Protocol")},
        {"/v2/health/live", protocol_get("v2_live", "Whether the server is alive")},
        {"/v2/health/ready", protocol_get("v2_ready", "Whether it is ready for requests")},
        {"/v2/models/{name}",
         of_model(protocol_get("v2_model", "The network's inputs and outputs"))},
        {"/v2/models/{name}/ready",
         of_model(protocol_get("v2_model_ready", "Whether it is ready"))},
        {"/v2/models/{name}/infer", of_model({{"post", infer_operation(facts)}})},
        {"/docs",
         {{"get",
           {{"summary", "This documentation"}, {"operationId", "docs"}, {"responses", page}}}}},
        {"/about",
         {{"get",
           {{"summary", "The model's card, the version and the source"},
            {"operationId", "about"},
            {"responses", page}}}}},
        {"/openapi.json",
         {{"get",
           {{"summary", "This documentation for machines"},
            {"operationId", "openapi"},
            {"responses", {{"200", response("OpenAPI 3.1.", {{"type", "object"}})}}}}}}}}},
      {"components", {{"schemas", openapi::schemas(facts)}}},
  };
  if (facts.needs_key) {
    openapi::require_keys(document);
  }
  if (facts.limits_rate) {
    openapi::limit_rate(document);
  }
  return document;
}

Handler openapi_handler(const Json& document) {
  return [body = document.dump()](const Request&, const Reply& reply) {
    reply(json_response(200, body));
  };
}

}  // namespace inkling
