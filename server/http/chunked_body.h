// A body that is sent in chunks (RFC 9112, 7.1), decoded as its bytes come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/request_head.h"

namespace inkling {

// Sizes are hexadecimal digits, lines end with CR LF; a chunk's extensions and the trailer's fields
// are checked and forgotten. Not thread-safe.
class ChunkedBody {
 public:
  explicit ChunkedBody(const HttpLimits& limits) : limits_(limits) {}

  // Takes from the front of `bytes` what belongs to the body, however it was cut, and returns how
  // much that was: less than all when the rest of a line has yet to come, or behind the body's end.
  // Throws HttpError: 400, 413 beyond max_body, 431 for a trailer beyond max_head.
  std::size_t take(std::string_view bytes);

  bool complete() const { return state_ == State::complete; }
  std::size_t size() const { return body_.size(); }        // so far
  std::size_t memory() const { return body_.capacity(); }  // bytes
  std::string body() && { return std::move(body_); }

 private:
  enum class State : std::uint8_t { size, data, data_end, trailer, complete };

  void check_line(std::string_view line) const;
  void read_line(std::string_view line);
  void read_size(std::string_view line);
  void read_trailer(std::string_view line);

  HttpLimits limits_;
  State state_ = State::size;
  std::string body_;
  std::size_t missing_ = 0;  // bytes of the chunk at hand
  std::size_t trailer_ = 0;  // bytes of the trailer so far
};

}  // namespace inkling
