#include "server/log_sink.h"

#include <algorithm>
#include <climits>
#include <string>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace inkling {
namespace {

// A pipe that is ready takes that many bytes without waiting (pipe(7)).
constexpr std::size_t kMaxLine = PIPE_BUF;

bool write_at_once(std::string_view line) {
  pollfd writable{STDERR_FILENO, POLLOUT, 0};
  if (poll(&writable, 1, 0) != 1 || (writable.revents & POLLOUT) == 0) {
    return false;
  }
  const std::size_t size = std::min(line.size(), kMaxLine);
  return ::write(STDERR_FILENO, line.data(), size) == static_cast<ssize_t>(size);
}

}  // namespace

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  if (dropped_ > 0) {
    const std::string report = std::to_string(dropped_) + " lines of the log were dropped here\n";
    if (!write_at_once(report)) {
      ++dropped_;
      return;
    }
    dropped_ = 0;
  }
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (line.size() > kMaxLine) {
    line[kMaxLine - 1] = '\n';
  }
  if (!write_at_once({line.data(), line.size()})) {
    ++dropped_;
  }
}

}  // namespace inkling
