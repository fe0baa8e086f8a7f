// What the API's description says of keys and of limits.
#pragma once

#include <nlohmann/json.hpp>

namespace inkling::openapi {

// Adds to a document how a key is sent, that each path but those of health needs one, the answer
// 401, and the paths to sign in and out.
void require_keys(nlohmann::ordered_json& document);

// Adds the answer 429 to each path that is there but those of health.
void limit_rate(nlohmann::ordered_json& document);

}  // namespace inkling::openapi
