// What the API's description says of keys.
#pragma once

#include <nlohmann/json.hpp>

namespace inkling::openapi {

// Adds to a document how a key is sent, that each path but those of health needs one, the answers
// 401 and 429, and the paths to sign in and out.
void require_keys(nlohmann::ordered_json& document);

}  // namespace inkling::openapi
