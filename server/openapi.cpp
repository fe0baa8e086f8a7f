#include "server/openapi.h"

#include <string_view>
#include <utility>

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

Json schemas() {
  const Json text = {{"type", "string"}};
  const Json probability = {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
  return {
      {"Welcome", object_schema({{"message", text}}, {"message"})},
      {"Prediction",
       object_schema(
           {{"predicted_digit", {{"type", "integer"}, {"minimum", 0}, {"maximum", 9}}},
            {"confidence", probability},
            {"probabilities",
             {{"type", "array"}, {"items", probability}, {"minItems", 10}, {"maxItems", 10}}},
            {"model", text},
            {"seen",
             {{"type", "string"},
              {"contentEncoding", "base64"},
              {"description",
               "The 28×28 picture that the network was shown: 784 bytes, row by row, 0 for "
               "background and 255 for ink."}}}},
           {"predicted_digit", "confidence", "probabilities", "model", "seen"})},
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
                                     {"description", "A PNG picture of one digit, of any size."}}}},
                                  {"file"});
  const std::string too_large = "The body is larger than " + std::to_string(max_body) + " bytes.";
  return {{"summary", "Recognise a digit"},
          {"operationId", "predict"},
          {"requestBody",
           {{"required", true}, {"content", {{"multipart/form-data", {{"schema", form}}}}}}},
          {"responses",
           {{"200", response("The digit.", reference("Prediction"))},
            {"400", response("The picture is blank (error), or the form cannot be read (detail).",
                             {{"anyOf", {reference("Error"), reference("Detail")}}})},
            {"413", response(too_large, reference("Detail"))},
            {"415", response("The file is no picture that is accepted.", reference("Error"))},
            {"422", response("The file is missing.", reference("ValidationError"))}}}};
}

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

// The name of the schema that a response has, linked to it.
std::string schema_link(const Json& schema) {
  if (schema.contains("anyOf")) {
    std::string links;
    for (const Json& option : schema["anyOf"]) {
      links += (links.empty() ? "" : " or ") + schema_link(option);
    }
    return links;
  }
  const std::string target = schema.value("$ref", "");
  const std::string name = escaped(target.substr(target.rfind('/') + 1));
  return name.empty() ? "" : "<a href=\"#" + name + "\">" + name + "</a>";
}

std::string operation_html(const std::string& method, const std::string& path,
                           const Json& operation) {
  std::string html = "<section><h2><code>" + escaped(method) + "</code> " + escaped(path) +
                     "</h2><p>" + escaped(operation.value("summary", "")) + "</p>";
  if (operation.contains("requestBody")) {
    html += "<form method=\"post\" enctype=\"multipart/form-data\" action=\"" + escaped(path) +
            "\"><input type=\"file\" name=\"file\" accept=\"image/png\" aria-label=\"file\" "
            "required> <button>Try it</button></form>";
  }
  html += "<table><tr><th>Status<th>Meaning<th>Body</tr>";
  for (const auto& [status, answer] : operation["responses"].items()) {
    html += "<tr><td>" + escaped(status) + "<td>" +
            escaped(answer["description"].get<std::string>()) + "<td>";
    for (const auto& [type, content] : answer["content"].items()) {
      html += escaped(type) + " " + schema_link(content["schema"]);
    }
    html += "</tr>";
  }
  return html + "</table></section>\n";
}

}  // namespace

Json openapi_document(const std::string& version, std::size_t max_body) {
  const Json page = {{"200",
                      {{"description", "A page for people."},
                       {"content", {{"text/html", {{"schema", {{"type", "string"}}}}}}}}}};
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Inkling"},
        {"version", version},
        {"description",
         "Recognises handwritten digits. Errors are JSON, with the status that says "
         "whose they are."}}},
      {"paths",
       {{"/",
         {{"get",
           {{"summary", "Welcome"},
            {"operationId", "welcome"},
            {"responses", {{"200", response("A greeting.", reference("Welcome"))}}}}}}},
        {"/predict/", {{"post", predict_operation(max_body)}}},
        {"/docs",
         {{"get",
           {{"summary", "This documentation"}, {"operationId", "docs"}, {"responses", page}}}}},
        {"/openapi.json",
         {{"get",
           {{"summary", "This documentation for machines"},
            {"operationId", "openapi"},
            {"responses", {{"200", response("OpenAPI 3.1.", {{"type", "object"}})}}}}}}}}},
      {"components", {{"schemas", schemas()}}},
  };
}

std::string docs_page(const Json& document) {
  const std::string title = escaped(document["info"]["title"].get<std::string>());
  std::string html =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title +
      " API</title>"
      "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;"
      "padding:0 1rem}code,pre{font-family:ui-monospace,monospace}pre{overflow:auto;"
      "background:#f4f4f4;padding:1rem}table{border-collapse:collapse;width:100%}td,th{text-align:"
      "left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}</style>\n<h1>" +
      title + " API " + escaped(document["info"]["version"].get<std::string>()) + "</h1><p>" +
      escaped(document["info"]["description"].get<std::string>()) +
      " For machines: <a href=\"/openapi.json\">/openapi.json</a>.</p>\n";
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(c & ~0x20);
      html += operation_html(upper, path, operation);
    }
  }
  for (const auto& [name, schema] : document["components"]["schemas"].items()) {
    html += "<section id=\"" + escaped(name) + "\"><h2>" + escaped(name) + "</h2><pre>" +
            escaped(schema.dump(2)) + "</pre></section>\n";
  }
  return html + "</html>\n";
}

Handler openapi_handler(const Json& document) {
  return [body = document.dump()](const Request&, const Reply& reply) {
    reply(json_response(200, body));
  };
}

Handler docs_handler(const Json& document) {
  const Response page{200,
                      {{"Content-Type", "text/html; charset=utf-8"},
                       {"X-Content-Type-Options", "nosniff"},
                       {"Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                        "base-uri 'none'; frame-ancestors 'none'"}},
                      docs_page(document)};
  return [page](const Request&, const Reply& reply) { reply(page); };
}

}  // namespace inkling
