// What the API is, for machines: /openapi.json.
#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "server/http/message.h"

namespace inkling {

// OpenAPI 3.1. max_body: the largest request body, which the descriptions state.
nlohmann::ordered_json openapi_document(const std::string& version, std::size_t max_body);

Handler openapi_handler(const nlohmann::ordered_json& document);

}  // namespace inkling
