// Which paths there are on which port.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <string>

#include "server/access/gate.h"
#include "server/decoding_memory.h"
#include "server/feedback_store.h"
#include "server/http/router.h"
#include "server/predict.h"
#include "server/work_queue.h"

namespace inkling {

struct ServiceParts {
  const CurrentModel& model;
  const std::atomic<bool>& ready;  // whether a load balancer may send requests
  std::string version;             // of the program, for the API's description
  std::size_t max_body = 0;        // bytes, for the API's description
  std::string source_url;          // empty: it is not known
  // Pictures are recognized by its threads; nullptr: by those that serve the connections.
  WorkQueue* work = nullptr;
  Metrics* metrics = nullptr;  // what GET /metrics shows; nullptr: there is none
  // Where people sign in, if it needs keys; nullptr: nowhere. The gate itself stands before the
  // router: Gate::guard().
  const Gate* gate = nullptr;
  FeedbackStore* feedback = nullptr;  // where POST /feedback keeps pictures; nullptr: nowhere
  // In which pictures are decoded; nullptr: as much as they take.
  DecodingMemory* memory = nullptr;
  Batcher* batcher = nullptr;  // that observes `work`; nullptr: pictures are recognized one by one
};

// The API's port: "/" welcomes, "/predict/", "/model", "/healthz", "/readyz", "/v2…", "/docs",
// "/about", "/openapi.json". What the parts refer to is to outlive the router.
Router api_router(const ServiceParts& parts);

// The page's port: the folder's files, "/" being the page, and the API's other paths, so that the
// page talks to its own origin. Throws StaticFilesError.
Router page_router(const ServiceParts& parts, const std::filesystem::path& web_folder);

}  // namespace inkling
