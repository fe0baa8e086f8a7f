#include "server/openapi.h"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

using Json = nlohmann::ordered_json;

Json json_content(const Json& schema) { return {{"application/json", {{"schema", schema}}}}; }

Json reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

Json response(std::string_view description, const Json& schema) {
  return {{"description", description}, {"content", json_content(schema)}};
}

Json object_schema(const Json& properties, const Json& required) {
  return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

Json model_schema() {
  const Json text = {{"type", "string"}};
  const Json whole = {{"type", "integer"}, {"minimum", 1}};
  return object_schema(
      {{"name", text},
       {"parameters", whole},
       {"height", whole},
       {"width", whole},
       {"classes", {{"type", "array"}, {"items", text}}},
       {"precision", {{"type", "string"}, {"enum", {"float32", "fast"}}}},
       {"instruction_level", text},
       {"temperature", {{"type", "number"}}},
       {"min_confidence", {{"type", "number"}}},
       {"sha256", text},
       {"spec", {{"type", "object"}}},
       {"card", {{"type", "string"}, {"description", "Markdown."}}}},
      {"name", "parameters", "height", "width", "classes", "precision", "instruction_level",
       "temperature", "min_confidence", "sha256", "spec", "card"});
}

Json schemas(const ApiFacts& facts) {
  const Json text = {{"type", "string"}};
  const std::string side = std::to_string(facts.side);
  const std::string bytes = std::to_string(facts.side * facts.side);
  const Json probability = {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
  return {
      {"Welcome", object_schema({{"message", text}}, {"message"})},
      {"Prediction",
       object_schema(
           {{"predicted_digit",
             {{"type", "integer"}, {"minimum", 0}, {"maximum", facts.classes - 1}}},
            {"predicted_class", text},
            {"confidence", probability},
            {"probabilities",
             {{"type", "array"},
              {"items", probability},
              {"minItems", facts.classes},
              {"maxItems", facts.classes}}},
            {"classes",
             {{"type", "array"},
              {"items", text},
              {"description", "Their names; left out where they are the digits 0 to 9."}}},
            {"abstain",
             {{"type", "boolean"},
              {"description",
               "Whether predicted_digit is not to be believed: the picture may show no digit, or "
               "one of two."}}},
            {"reason",
             {{"type", {"string", "null"}},
              {"description", "Why it abstains; null where it does not."},
              {"examples", {"not a digit", "unsure between 4 and 9"}}}},
            {"model", text},
            {"seen",
             {{"type", "string"},
              {"contentEncoding", "base64"},
              {"description", "The picture that the network was shown, " + side + "×" + side +
                                  ": " + bytes +
                                  " bytes, row by row, 0 for background and 255 for ink."}}},
            {"saliency",
             {{"type", "string"},
              {"contentEncoding", "base64"},
              {"description",
               "For explain=true alone: " + bytes +
                   " signed bytes, above 0 where the ink spoke for predicted_digit, below 0 where "
                   "it spoke against it."}}}},
           {"predicted_digit", "predicted_class", "confidence", "probabilities", "abstain",
            "reason", "model", "seen"})},
      {"Status",
       object_schema({{"status", {{"type", "string"}, {"enum", {"alive", "ready", "stopping"}}}}},
                     {"status"})},
      {"Model", model_schema()},
      {"Error", object_schema({{"error", text}}, {"error"})},
      {"Detail", object_schema({{"detail", text}}, {"detail"})},
      {"ValidationError",
       object_schema({{"detail",
                       {{"type", "array"},
                        {"items", object_schema({{"type", text},
                                                 {"loc", {{"type", "array"}, {"items", text}}},
                                                 {"msg", text},
                                                 {"input", {{"type", {"string", "null"}}}}},
                                                {"type", "loc", "msg", "input"})}}}},
                     {"detail"})},
  };
}

Json predict_operation(std::size_t max_body) {
  const Json form = object_schema({{"file",
                                    {{"type", "string"},
                                     {"format", "binary"},
                                     {"description", "One digit as PNG, JPEG or WebP."}}}},
                                  {"file"});
  const Json explain = {{"name", "explain"},
                        {"in", "query"},
                        {"required", false},
                        {"description", "Whether to answer with saliency, too."},
                        {"schema", {{"type", "boolean"}, {"default", false}}}};
  const std::string too_large = "The body is larger than " + std::to_string(max_body) + " bytes.";
  Json bad_request = response("The picture is blank (error), or the form cannot be read (detail).",
                              {{"anyOf", {reference("Error"), reference("Detail")}}});
  bad_request["headers"]["X-Error-Code"] = {
      {"description", "blank_image where the picture is blank; else absent."},
      {"schema", {{"type", "string"}, {"enum", {"blank_image"}}}}};
  Json busy = response("There are too many requests at once.", reference("Detail"));
  busy["headers"]["Retry-After"] = {{"description", "After so many seconds it may be tried again."},
                                    {"schema", {{"type", "integer"}}}};
  return {{"summary", "Recognize a digit"},
          {"operationId", "predict"},
          {"parameters", Json::array({explain})},
          {"requestBody",
           {{"required", true}, {"content", {{"multipart/form-data", {{"schema", form}}}}}}},
          {"responses",
           {{"200", response("The digit.", reference("Prediction"))},
            {"400", bad_request},
            {"413", response(too_large, reference("Detail"))},
            {"415", response("The file is no picture that is accepted.", reference("Error"))},
            {"422", response("The file is missing, or explain is no boolean.",
                             reference("ValidationError"))},
            {"503", busy}}}};
}

}  // namespace

Json openapi_document(const ApiFacts& facts) {
  const Json page = {{"200",
                      {{"description", "A page for people."},
                       {"content", {{"text/html", {{"schema", {{"type", "string"}}}}}}}}}};
  return {
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
        {"/predict/", {{"post", predict_operation(facts.max_body)}}},
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
      {"components", {{"schemas", schemas(facts)}}},
  };
}

Handler openapi_handler(const Json& document) {
  return [body = document.dump()](const Request&, const Reply& reply) {
    reply(json_response(200, body));
  };
}

}  // namespace inkling
