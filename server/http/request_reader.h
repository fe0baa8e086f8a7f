// Requests out of a stream of bytes (RFC 9112). Owns no socket.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/chunked_body.h"
#include "server/http/request_head.h"

namespace inkling {

struct ReceivedRequest {
  Request request;
  bool keep_alive = true;  // what version and Connection header ask for
};

// Not thread-safe. After an exception it is of no use until clear().
class RequestReader {
 public:
  explicit RequestReader(const HttpLimits& limits) : limits_(limits) {}

  void feed(std::string_view bytes) { buffer_ += bytes; }

  // The next whole request of what was fed, or nullopt when bytes are missing. Throws HttpError.
  std::optional<ReceivedRequest> next();

  // True once for a request whose head is read, whose body is not, and whose client waits for
  // "100 Continue" before sending it.
  bool take_expectation();

  // Of the request that is being read:
  bool empty() const { return !head_ && buffer_.empty(); }  // no byte of it has come
  bool has_head() const { return head_.has_value(); }
  bool is_head_method() const;  // HEAD, whose answer has no body, as far as is known

  std::size_t buffered() const { return buffer_.size() + (chunks_ ? chunks_->size() : 0); }
  std::size_t memory() const;  // bytes; at most twice what is buffered
  void clear();                // forgets what was fed, and gives its memory back

 private:
  void read_head();
  bool has_body();

  HttpLimits limits_;
  std::string buffer_;        // what follows the head, once that is read
  bool begun_ = false;        // an empty line before the request is behind us
  std::size_t searched_ = 0;  // buffer_ holds no end of a head before this
  std::optional<RequestHead> head_;
  std::optional<ChunkedBody> chunks_;  // where the head announces them
};

}  // namespace inkling
