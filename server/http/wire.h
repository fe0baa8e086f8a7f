// HTTP/1.1 as bytes (RFC 9112): requests out of a stream, responses into it. Pure; owns no socket.
#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
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

struct ReceivedRequest {
  Request request;
  bool keep_alive = true;  // what version and Connection header ask for
  bool http_1_0 = false;
};

// Stricter than RFC 9112 must be: no chunked requests (411), no bare line feeds, no folded headers,
// one Content-Length of digits alone. Whatever two readers could understand differently is refused.
// Not thread-safe.
class RequestReader {
 public:
  explicit RequestReader(const HttpLimits& limits) : limits_(limits) {}

  void feed(std::string_view bytes) { buffer_ += bytes; }

  // The next whole request of what was fed, or nullopt when bytes are missing. Throws HttpError.
  std::optional<ReceivedRequest> next();

  // True once for a request whose head is read, whose body is not, and whose client waits for
  // "100 Continue" before sending it.
  bool take_expectation();

  bool empty() const { return !head_ && buffer_.empty(); }  // no byte of a next request
  std::size_t buffered() const { return buffer_.size(); }
  std::size_t memory() const {
    return buffer_.capacity();
  }              // bytes; at most twice what is buffered
  void clear();  // forgets what was fed, and gives its memory back

 private:
  void read_head();
  void check_unfinished_head(std::string_view unfinished) const;

  HttpLimits limits_;
  std::string buffer_;        // what follows the head, once that is read
  std::size_t searched_ = 0;  // buffer_ holds no end of a head before this
  std::optional<ReceivedRequest> head_;
  std::size_t content_length_ = 0;
  bool expects_continue_ = false;
};

struct ResponseForm {
  bool keep_alive = true;  // false: "Connection: close"
  bool head_only = false;  // the answer to HEAD: the length of a body that is not sent
};

// Status line, headers and body. `now` becomes the Date header.
std::string to_bytes(const Response& response, const ResponseForm& form, std::time_t now);

}  // namespace inkling
