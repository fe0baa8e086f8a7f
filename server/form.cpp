#include "server/form.h"

#include <algorithm>

#include "server/answers.h"

namespace inkling {
namespace {

constexpr std::string_view kBody = "body";

}  // namespace

std::vector<Part> form_parts(const Request& request) {
  const auto boundary = multipart_boundary(request.header("content-type").value_or(""));
  return boundary && !request.body.empty() ? parse_multipart(request.body, *boundary)
                                           : std::vector<Part>();
}

const Part* find_part(const std::vector<Part>& parts, std::string_view name) {
  const auto found = std::find_if(parts.rbegin(), parts.rend(),
                                  [name](const Part& part) { return part.name == name; });
  return found == parts.rend() ? nullptr : &*found;
}

Response missing_field(std::string_view name) {
  return invalid_response({kBody, name, "missing", "Field required", {}});
}

Response not_a_file(std::string_view name) {
  return invalid_response({kBody,
                           name,
                           "value_error",
                           "Value error, expected an uploaded file, received a plain form field",
                           {}});
}

Response blank_response() {
  Response blank = error_response(400, "Image is blank. Please provide a valid digit.");
  blank.headers.emplace_back("X-Error-Code", "blank_image");
  return blank;
}

}  // namespace inkling
