// A request's form, as FastAPI reads it.
#pragma once

#include <string_view>
#include <vector>

#include "server/http/message.h"
#include "server/http/multipart.h"

namespace inkling {

// The parts of a multipart body, which point into the request; empty where there is no form. Throws
// MultipartError.
std::vector<Part> form_parts(const Request& request);

// The last of that name, which is the one that counts; nullptr: there is none.
const Part* find_part(const std::vector<Part>& parts, std::string_view name);

// 422: a field is missing, or is no file where one is expected.
Response missing_field(std::string_view name);
Response not_a_file(std::string_view name);

// 400 {"error"}, in the contract's words.
Response blank_response();

}  // namespace inkling
