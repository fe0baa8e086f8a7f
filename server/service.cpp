#include "server/service.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "server/feedback.h"
#include "server/inference_protocol.h"
#include "server/openapi.h"
#include "server/pages.h"
#include "server/sign_in.h"
#include "server/static_files.h"

namespace inkling {
namespace {

// Not ready: it stops, and finishes what it has.
Handler ready_handler(const std::atomic<bool>& ready) {
  return [&ready](const Request&, const Reply& reply) {
    reply(ready ? json_response(200, R"({"status":"ready"})")
                : json_response(503, R"({"status":"stopping"})"));
  };
}

Handler model_handler(const CurrentModel& model) {
  return [&model](const Request&, const Reply& reply) {
    reply(json_response(200, model.get()->facts));
  };
}

Handler metrics_handler(const Metrics& metrics) {
  return [&metrics](const Request&, const Reply& reply) {
    reply({200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics.text()});
  };
}

Handler about_handler(const ServiceParts& parts, Navigation navigation) {
  return [&model = parts.model, about = About{parts.version, "", "", parts.source_url}, navigation](
             const Request&, const Reply& reply) {
    const auto served = model.get();
    About now = about;
    now.model_name = served->recognizer.model_name;
    now.model_card = served->card;
    reply(html_response(about_page(now, navigation)));
  };
}

void add_common_routes(Router& router, const ServiceParts& parts, Navigation navigation) {
  const auto served = parts.model.get();
  const bool needs_key = parts.gate != nullptr && parts.gate->needs_key();
  const bool limits_rate = parts.gate != nullptr && parts.gate->limits_rate();
  const auto document = openapi_document({.version = parts.version,
                                          .max_body = parts.max_body,
                                          .classes = class_count(served->recognizer),
                                          .side = served->recognizer.side,
                                          .needs_key = needs_key,
                                          .limits_rate = limits_rate,
                                          .takes_feedback = parts.feedback != nullptr});
  const auto add = [&](const char* method, const char* path, Handler handler) {
    router.add(method, path,
               parts.metrics != nullptr ? counted(std::move(handler), path, *parts.metrics)
                                        : std::move(handler));
  };
  const auto worked = [&parts](Handler handler) {
    return parts.work != nullptr ? queued(std::move(handler), *parts.work, parts.metrics) : handler;
  };
  add("POST", "/predict/",
      worked(predict_handler(parts.model, parts.metrics, parts.memory,
                             parts.work != nullptr ? parts.batcher : nullptr)));
  add("POST", "/predict/batch", worked(batch_handler(parts.model, parts.metrics, parts.memory)));
  add("GET", "/feedback", feedback_info(parts.feedback != nullptr));
  if (parts.feedback != nullptr) {
    add("POST", "/feedback", worked(feedback_handler(parts.model, *parts.feedback, parts.memory)));
  }
  add("GET", "/model", model_handler(parts.model));
  add("GET", "/healthz", fixed_json(R"({"status":"alive"})"));
  add("GET", "/readyz", ready_handler(parts.ready));
  if (parts.metrics != nullptr) {
    router.set_on_refused([metrics = parts.metrics](int status) { metrics->refused(status); });
    add("GET", "/metrics", metrics_handler(*parts.metrics));
  }
  add_inference_protocol(router, parts.model, parts.ready, parts.version, parts.work,
                         parts.metrics);
  router.add("GET", "/docs", page_handler(docs_page(document, navigation)));
  router.add("GET", "/about", about_handler(parts, navigation));
  router.add("GET", "/openapi.json", openapi_handler(document));
  if (needs_key) {
    add_sign_in(router, *parts.gate, navigation);
  }
}

}  // namespace

Router api_router(const ServiceParts& parts) {
  Router router;
  router.add("GET", "/", fixed_json(R"({"message":"Welcome to the Digit Recognition API"})"));
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
