// multipart/form-data (RFC 7578, on RFC 2046's multipart), as browsers, curl and Python send it.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace inkling {

// A body that is not what its Content-Type promises. what() is fixed text that a client may see.
class MultipartError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct MultipartLimits {
  std::size_t max_parts = 32;
  std::size_t max_part_head = 4096;  // bytes of one part's headers together
};

struct Part {
  std::string name;                     // unquoted
  std::optional<std::string> filename;  // unquoted; a file's part has one, if only an empty one
  std::string_view content_type;        // into the body; empty when the part has none
  std::string_view data;                // into the body
};

// The boundary of a Content-Type header's value. nullopt when that is not multipart/form-data.
// Throws MultipartError when the boundary is missing, longer than 70 characters, or malformed.
std::optional<std::string> multipart_boundary(std::string_view content_type);

// Every part of a body:  *( text CRLF ) "--" boundary CRLF headers CRLF data CRLF "--" boundary
// "--". The parts point into `body`. Throws MultipartError; reads each byte a bounded number of
// times.
std::vector<Part> parse_multipart(std::string_view body, std::string_view boundary,
                                  const MultipartLimits& limits = {});

}  // namespace inkling
