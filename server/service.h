// Which paths there are on which port.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "server/http/router.h"
#include "server/predict.h"
#include "server/work_queue.h"

namespace inkling {

struct ServiceParts {
  Recognizer recognizer;
  std::string version;       // of the program, for the API's description
  std::size_t max_body = 0;  // bytes, for the API's description
  std::string model_card;    // Markdown; empty: the model has none
  std::string source_url;    // empty: it is not known
  // Pictures are recognized by its threads; nullptr: by those that serve the connections.
  WorkQueue* work = nullptr;
};

// The API's port: "/" welcomes, "/predict/", "/docs", "/about", "/openapi.json".
Router api_router(const ServiceParts& parts);

// The page's port: the folder's files, "/" being the page, and the API's other paths, so that the
// page talks to its own origin. Throws StaticFilesError.
Router page_router(const ServiceParts& parts, const std::filesystem::path& web_folder);

}  // namespace inkling
