#include "server/http/chunked_body.h"

#include <charconv>

#include "server/http/header_text.h"

namespace inkling {
namespace {

constexpr std::size_t kMaxSizeLine = 256;  // with extensions, which nobody sends
constexpr std::size_t kMaxSizeDigits = 15;

[[noreturn]] void malformed() { throw HttpError(400, "A chunk of the body is malformed"); }

}  // namespace

std::size_t ChunkedBody::take(std::string_view bytes) {
  std::string_view rest = bytes;
  while (!complete() && !rest.empty()) {
    if (state_ == State::data) {
      const std::string_view data = rest.substr(0, missing_);
      body_ += data;
      rest.remove_prefix(data.size());
      missing_ -= data.size();
      state_ = missing_ == 0 ? State::data_end : State::data;
    } else {
      const std::size_t end = rest.find(kCrlf);
      std::string_view line = rest.substr(0, end);
      if (end == std::string_view::npos && line.back() == '\r') {
        line.remove_suffix(1);  // of the line's end, whose LF has yet to come
      }
      check_line(line);
      if (end == std::string_view::npos) {
        break;
      }
      rest.remove_prefix(line.size() + kCrlf.size());
      read_line(line);
    }
  }
  return bytes.size() - rest.size();
}

// Also of a line whose end has not come.
void ChunkedBody::check_line(std::string_view line) const {
  if (state_ == State::trailer && trailer_ + line.size() > limits_.max_head) {
    throw HttpError(
        431, "The body's trailer is longer than " + std::to_string(limits_.max_head) + " bytes");
  }
  const bool too_long =
      state_ != State::trailer && line.size() > (state_ == State::size ? kMaxSizeLine : 0);
  if (too_long || line.find('\n') != std::string_view::npos) {
    malformed();
  }
}

void ChunkedBody::read_line(std::string_view line) {
  if (state_ == State::size) {
    read_size(line);
  } else if (state_ == State::trailer) {
    read_trailer(line);
  } else if (line.empty()) {  // behind a chunk's data
    state_ = State::size;
  } else {
    malformed();
  }
}

// "1a" or "1a;name=value".
void ChunkedBody::read_size(std::string_view line) {
  const std::string digits(line.substr(0, line.find_first_of("; \t")));
  const std::string_view extensions = trimmed(line.substr(digits.size()));
  std::size_t size = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, size, 16);
  if (digits.empty() || digits.size() > kMaxSizeDigits || error != std::errc() || stop != end ||
      !is_clean_value(extensions) || (!extensions.empty() && extensions.front() != ';')) {
    malformed();
  }
  if (size > limits_.max_body - body_.size()) {
    throw body_too_large(limits_);
  }
  missing_ = size;
  state_ = size == 0 ? State::trailer : State::data;
}

// A field, or the empty line that ends the body.
void ChunkedBody::read_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::complete;
    return;
  }
  trailer_ += line.size();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !is_clean_value(line.substr(colon + 1))) {
    throw HttpError(400, "The body's trailer is malformed");
  }
}

}  // namespace inkling
