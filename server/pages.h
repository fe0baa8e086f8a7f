// The pages for people that the server writes itself: /docs and /about. They need no script and no
// other file.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "server/http/message.h"

namespace inkling {

// Links between the pages, on top of each. Only one of the two ports has the page to draw on.
enum class Navigation { api_alone, with_drawing };

// An OpenAPI document as a page, with a form to try uploads.
std::string docs_page(const nlohmann::ordered_json& document, Navigation navigation);

struct About {
  std::string version;
  std::string model_name;
  std::string model_card;  // Markdown, shown as it is; empty: the model has none
  std::string source_url;  // empty: it is not known
};
std::string about_page(const About& about, Navigation navigation);

// Where people give their key. failed: the last one was none. name: whose key the browser has a
// session of; empty: of none.
std::string sign_in_page(Navigation navigation, bool failed, const std::string& name);

Response html_response(std::string html);

// Answers with the page.
Handler page_handler(std::string html);

}  // namespace inkling
