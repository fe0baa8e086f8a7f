#include "server/openapi_schemas.h"

#include <string>

namespace inkling::openapi {
namespace {

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

Json prediction_schema(const ApiFacts& facts) {
  const Json text = {{"type", "string"}};
  const std::string side = std::to_string(facts.side);
  const std::string bytes = std::to_string(facts.side * facts.side);
  const Json probability = {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
  const Json number = {{"type", "integer"}, {"minimum", 0}, {"maximum", facts.classes - 1}};
  const Json top =
      object_schema({{"class", text}, {"number", number}, {"probability", probability}},
                    {"class", "number", "probability"});
  return object_schema(
      {{"predicted_digit", {{"type", "integer"}, {"minimum", 0}, {"maximum", facts.classes - 1}}},
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
         {"description", "The picture that the network was shown, " + side + "×" + side + ": " +
                             bytes + " bytes, row by row, 0 for background and 255 for ink."}}},
       {"top_k",
        {{"type", "array"},
         {"items", top},
         {"description", "For top_k alone: the most probable classes."}}},
       {"saliency",
        {{"type", "string"},
         {"contentEncoding", "base64"},
         {"description",
          "For explain=true alone: " + bytes +
              " signed bytes, above 0 where the ink spoke for predicted_digit, below 0 where "
              "it spoke against it."}}}},
      {"predicted_digit", "predicted_class", "confidence", "probabilities", "abstain", "reason",
       "model", "seen"});
}

Json batch_schema() {
  const Json answer = {{"type", "object"},
                       {"description", "With status 200 also what Prediction has; else the error."},
                       {"properties",
                        {{"filename", {{"type", "string"}}},
                         {"status", {{"type", "integer"}, {"enum", {200, 400, 415}}}},
                         {"error", {{"type", "string"}}}}},
                       {"required", {"filename", "status"}}};
  return object_schema({{"predictions", {{"type", "array"}, {"items", answer}}}}, {"predictions"});
}

Json input_schema(const ApiFacts& facts) {
  const int count = facts.side * facts.side;
  const Json pixel = {{"type", "number"}, {"minimum", 0}, {"maximum", 255}};
  const Json pixels = {{"type", "array"},
                       {"items", pixel},
                       {"minItems", count},
                       {"maxItems", count},
                       {"description", "Row by row, 0 for background and 255 for ink."}};
  const Json image = {{"type", "string"},
                      {"contentEncoding", "base64"},
                      {"description", "One digit as PNG, JPEG or WebP."}};
  return {{"oneOf",
           {object_schema({{"pixels", pixels}, {"image", false}}, {"pixels"}),
            object_schema({{"image", image}, {"pixels", false}}, {"image"})}}};
}

}  // namespace

Json infer_schema(const ApiFacts& facts) {
  const Json pixel = {{"type", "number"}, {"minimum", 0}, {"maximum", 255}};
  const Json side = {{"const", facts.side}};
  const Json pictures = {{"type", "integer"}, {"minimum", 1}, {"maximum", 256}};
  const Json shape = {
      {"type", "array"}, {"prefixItems", {pictures, side, side}}, {"minItems", 3}, {"maxItems", 3}};
  const Json input = object_schema({{"name", {{"const", "pixels"}}},
                                    {"shape", shape},
                                    {"datatype", {{"enum", {"UINT8", "FP32"}}}},
                                    {"data", {{"type", "array"}, {"items", pixel}}}},
                                   {"name", "shape", "datatype", "data"});
  const Json output = object_schema({{"name", {{"enum", {"probabilities", "digit"}}}}}, {"name"});
  return object_schema(
      {{"id", {{"type", "string"}}},
       {"inputs", {{"type", "array"}, {"items", input}, {"minItems", 1}, {"maxItems", 1}}},
       {"outputs", {{"type", "array"}, {"items", output}}}},
      {"inputs"});
}

Json reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

Json object_schema(const Json& properties, const Json& required) {
  return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

Json schemas(const ApiFacts& facts) {
  const Json text = {{"type", "string"}};
  const Json number = {{"type", "integer"}, {"minimum", 0}, {"maximum", facts.classes - 1}};
  return {
      {"Welcome", object_schema({{"message", text}}, {"message"})},
      {"Prediction", prediction_schema(facts)},
      {"Batch", batch_schema()},
      {"JsonInput", input_schema(facts)},
      {"Status",
       object_schema({{"status", {{"type", "string"}, {"enum", {"alive", "ready", "stopping"}}}}},
                     {"status"})},
      {"Model", model_schema()},
      {"FeedbackInfo", object_schema({{"accepted", {{"type", "boolean"}}}, {"consent", text}},
                                     {"accepted", "consent"})},
      {"Feedback", object_schema({{"id", text}, {"label", number}, {"predicted_digit", number}},
                                 {"id", "label", "predicted_digit"})},
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

}  // namespace inkling::openapi
