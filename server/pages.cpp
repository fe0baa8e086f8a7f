#include "server/pages.h"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

using Json = nlohmann::ordered_json;

// Wide text wraps: a part of the page that scrolls by itself would be out of a keyboard's reach.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;"
    "margin:1.5rem auto;padding:0 "
    "1rem}h2{overflow-wrap:anywhere}nav{display:flex;gap:1rem}code,pre{font-family:"
    "ui-monospace,monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:1rem;"
    "border:1px solid}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "padding:.3rem .6rem;border-bottom:1px solid;vertical-align:top}td{overflow-wrap:anywhere}"
    "th{white-space:nowrap}";

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
  const Json::json_pointer form_place("/requestBody/content/multipart~1form-data/schema");
  if (operation.contains(form_place)) {
    const Json& form = operation[form_place];
    const bool several = form["properties"].contains("files");
    html += "<form method=\"post\" enctype=\"multipart/form-data\" action=\"" + escaped(path) +
            "\"><input type=\"file\" accept=\"image/png,image/jpeg,image/webp\" " +
            (several ? "name=\"files\" aria-label=\"files\" multiple"
                     : "name=\"file\" aria-label=\"file\"") +
            " required> <button>Try it</button></form>";
  }
  html += "<table><tr><th>Status<th>Meaning<th>Body</tr>";
  for (const auto& [status, answer] : operation["responses"].items()) {
    html += "<tr><td>" + escaped(status) + "<td>" +
            escaped(answer["description"].get<std::string>()) + "<td>";
    const Json contents = answer.value("content", Json::object());
    for (const auto& [type, content] : contents.items()) {
      html += escaped(type) + " " + schema_link(content["schema"]);
    }
    html += "</tr>";
  }
  return html + "</table></section>\n";
}

std::string page(const std::string& title, const std::string& body, Navigation navigation) {
  const std::string drawing =
      navigation == Navigation::with_drawing ? "<a href=\".\">Draw a digit</a>" : "";
  return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>" +
         escaped(title) + "</title><style>" + std::string(kStyle) +
         "</style>\n<nav aria-label=\"Pages\">" + drawing +
         "<a href=\"docs\">API</a><a href=\"about\">About</a></nav>\n<main><h1>" + escaped(title) +
         "</h1>\n" + body + "</main></html>\n";
}

}  // namespace

std::string docs_page(const Json& document, Navigation navigation) {
  const Json& info = document["info"];
  std::string body = "<p>" + escaped(info["description"].get<std::string>()) +
                     " For machines: <a href=\"openapi.json\">openapi.json</a>.</p>\n";
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string upper = method;
      for (char& c : upper) {
        c = static_cast<char>(c & ~0x20);
      }
      body += operation_html(upper, path, operation);
    }
  }
  for (const auto& [name, schema] : document["components"]["schemas"].items()) {
    body += "<section id=\"" + escaped(name) + "\"><h2>" + escaped(name) + "</h2><pre>" +
            escaped(schema.dump(2)) + "</pre></section>\n";
  }
  return page(info["title"].get<std::string>() + " API " + info["version"].get<std::string>(), body,
              navigation);
}

std::string about_page(const About& about, Navigation navigation) {
  std::string body =
      "<p>Recognizes handwritten digits with a neural network written from scratch, without a "
      "machine-learning framework. Version " +
      escaped(about.version) + ", MIT license.</p>\n<p>Source: ";
  const std::string url = escaped(about.source_url);
  body += url.empty() ? "whoever runs this server has it; this build does not know where."
                      : "<a href=\"" + url + "\">" + url + "</a>";
  body += "</p>\n<section id=\"model\"><h2>Model: " + escaped(about.model_name) + "</h2>";
  body += about.model_card.empty() ? "<p>This model has no card.</p>"
                                   : "<pre>" + escaped(about.model_card) + "</pre>";
  return page("About Inkling", body + "</section>\n", navigation);
}

std::string sign_in_page(Navigation navigation, bool failed, const std::string& name) {
  std::string body;
  if (!name.empty()) {
    body += "<p>You are signed in as " + escaped(name) +
            ".</p>\n<form method=\"post\" action=\"signout\"><button>Sign out</button></form>\n";
  }
  if (failed) {
    body += "<p role=\"alert\">That is none of the keys that this server knows.</p>\n";
  }
  body +=
      "<form method=\"post\" action=\"signin\"><p><label for=\"key\">API key</label> <input "
      "id=\"key\" "
      "name=\"key\" type=\"password\" autocomplete=\"current-password\" required autofocus> "
      "<button>Sign in</button></form>\n<p>Who runs this server hands out the keys. The browser "
      "keeps "
      "a cookie, and no key.</p>\n";
  return page("Sign in", body, navigation);
}

Response html_response(std::string html) {
  return {200,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"}},
          std::move(html)};
}

Handler page_handler(std::string html) {
  return
      [page = html_response(std::move(html))](const Request&, const Reply& reply) { reply(page); };
}

}  // namespace inkling
