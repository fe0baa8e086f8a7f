// A response as bytes (RFC 9112).
#pragma once

#include <ctime>
#include <string>

#include "server/http/message.h"

namespace inkling {

struct ResponseForm {
  bool keep_alive = true;  // false: "Connection: close"
  bool head_only = false;  // the answer to HEAD: the length of a body that is not sent
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::string request_id = {};  // X-Request-ID; empty: none
};

// Status line, headers and body. `now` becomes the Date header. 204 and 304 have no body. Each
// answer tells browsers to guess no type, to show it in nobody's frame and to send no referrer; one
// without a Content-Security-Policy of its own may load and run nothing, but for 304, where that of
// the page as it was stored holds.
std::string to_bytes(const Response& response, const ResponseForm& form, std::time_t now);

}  // namespace inkling
