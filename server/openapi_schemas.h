// The parts of the API's description that are not its paths.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "server/openapi.h"

namespace inkling::openapi {

using Json = nlohmann::ordered_json;

// "#/components/schemas/…"
Json reference(std::string_view schema);
Json object_schema(const Json& properties, const Json& required);
// "#/components/schemas": what answers and bodies look like.
Json schemas(const ApiFacts& facts);

// The body of an inference request (infer_request.h).
Json infer_schema(const ApiFacts& facts);

}  // namespace inkling::openapi
