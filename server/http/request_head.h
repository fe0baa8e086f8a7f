// Request line and headers as bytes (RFC 9112). Pure functions.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace inkling {

struct HttpLimits {
  std::size_t max_target = 2048;     // bytes of the request target; more is 414
  std::size_t max_head = 8192;       // bytes of request line and headers together; more is 431
  std::size_t max_body = 8U << 20U;  // bytes, a photograph's; more is 413
};

// A request that cannot be read. The connection must be answered and closed: where the next
// request would begin is unknown. what() is fixed text (but for the limits) that the client may
// see.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, const std::string& detail) : std::runtime_error(detail), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

struct RequestHead {
  Request request;  // whose body is empty
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;  // "Expect: 100-continue"
  bool chunked = false;           // else the body has content_length bytes
  std::size_t content_length = 0;
};

// The text before the empty line. Stricter than RFC 9112 must be: no bare line feeds, no folded
// headers, one Content-Length of digits alone or one "Transfer-Encoding: chunked", one Host, one
// Content-Type. Whatever two readers could understand differently is refused. Throws HttpError.
RequestHead parse_request_head(std::string_view text, const HttpLimits& limits);

// Before the empty line has come: whether the head is still one that may be accepted, since a
// client could else send for ever. Throws HttpError.
void check_unfinished_head(std::string_view unfinished, const HttpLimits& limits);

HttpError body_too_large(const HttpLimits& limits);

}  // namespace inkling
