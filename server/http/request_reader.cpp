#include "server/http/request_reader.h"

#include <utility>

#include "server/http/header_text.h"

namespace inkling {

void RequestReader::read_head() {
  if (!begun_) {
    // One empty line before a request is to be ignored (RFC 9112, 2.2): old clients end bodies so.
    if (buffer_.empty() || buffer_ == "\r") {
      return;
    }
    if (buffer_.compare(0, kCrlf.size(), kCrlf) == 0) {
      buffer_.erase(0, kCrlf.size());
    }
    begun_ = true;
  }
  const std::size_t end = buffer_.find("\r\n\r\n", searched_);
  if (end == std::string::npos) {
    check_unfinished_head(buffer_, limits_);
    searched_ = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    return;
  }
  head_ = parse_request_head(std::string_view(buffer_).substr(0, end), limits_);
  if (head_->chunked) {
    chunks_.emplace(limits_);
  }
  buffer_.erase(0, end + 4);
  searched_ = 0;
}

bool RequestReader::has_body() {
  if (!chunks_) {
    return buffer_.size() >= head_->content_length;
  }
  buffer_.erase(0, chunks_->take(buffer_));
  return chunks_->complete();
}

std::optional<ReceivedRequest> RequestReader::next() {
  if (!head_) {
    read_head();
  }
  if (!head_ || !has_body()) {
    return std::nullopt;
  }
  // The large string goes with the request; no memory of its size is kept for the next.
  std::string rest = buffer_.substr(head_->content_length);
  ReceivedRequest whole{std::move(head_->request), head_->keep_alive};
  if (chunks_) {
    whole.request.body = std::move(*chunks_).body();
  } else {
    buffer_.resize(head_->content_length);
    whole.request.body = std::move(buffer_);
  }
  clear();
  buffer_ = std::move(rest);
  return whole;
}

void RequestReader::clear() {
  std::string().swap(buffer_);  // a mere clear() would keep the memory
  begun_ = false;
  searched_ = 0;
  head_.reset();
  chunks_.reset();
}

bool RequestReader::take_expectation() {
  return head_ && std::exchange(head_->expects_continue, false) && buffered() == 0;
}

bool RequestReader::is_head_method() const {
  return head_ ? head_->request.method == "HEAD" : buffer_.compare(0, 5, "HEAD ") == 0;
}

std::size_t RequestReader::memory() const {
  return buffer_.capacity() + (chunks_ ? chunks_->memory() : 0);
}

}  // namespace inkling
