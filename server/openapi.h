// What the API is, for machines: /openapi.json.
#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "server/http/message.h"

namespace inkling {

// What the descriptions state of this server and its network.
struct ApiFacts {
  std::string version;       // of the program
  std::size_t max_body = 0;  // the largest request body, in bytes
  int classes = 10;
  int side = 28;                // of the network's pictures, in pixels
  bool needs_key = false;       // each request needs an API key
  bool limits_rate = false;     // requests may come too often
  bool takes_feedback = false;  // POST /feedback is there
};
// OpenAPI 3.1.
nlohmann::ordered_json openapi_document(const ApiFacts& facts);

Handler openapi_handler(const nlohmann::ordered_json& document);

}  // namespace inkling
