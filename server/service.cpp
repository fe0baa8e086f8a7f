#include "server/service.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "server/openapi.h"
#include "server/pages.h"
#include "server/static_files.h"

namespace inkling {
namespace {

void add_common_routes(Router& router, const ServiceParts& parts, Navigation navigation) {
  ApiFacts facts{
      .version = parts.version, .max_body = parts.max_body, .side = parts.recognizer.side};
  if (const auto& names = parts.recognizer.class_names; !names.empty()) {
    facts.classes = static_cast<int>(names.size());
  }
  const auto document = openapi_document(facts);
  Handler predict = predict_handler(parts.recognizer);
  router.add("POST", "/predict/",
             parts.work != nullptr ? queued(std::move(predict), *parts.work) : std::move(predict));
  router.add("GET", "/docs", page_handler(docs_page(document, navigation)));
  const About about{parts.version, parts.recognizer.model_name, parts.model_card, parts.source_url};
  router.add("GET", "/about", page_handler(about_page(about, navigation)));
  router.add("GET", "/openapi.json", openapi_handler(document));
}

}  // namespace

Router api_router(const ServiceParts& parts) {
  Router router;
  router.add("GET", "/", [](const Request&, const Reply& reply) {
    reply(json_response(200, R"({"message":"Welcome to the Digit Recognition API"})"));
  });
  add_common_routes(router, parts, Navigation::api_alone);
  return router;
}

Router page_router(const ServiceParts& parts, const std::filesystem::path& web_folder) {
  Router router;
  add_common_routes(router, parts, Navigation::with_drawing);
  add_static_files(router, web_folder);
  return router;
}

}  // namespace inkling
