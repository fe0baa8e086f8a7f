// The log on standard error, for which no thread waits.
#pragma once

#include <mutex>

#include <spdlog/sinks/base_sink.h>

namespace inkling {

// Writes a line where standard error takes one at once. Where it does not, since its reader is slow
// or gone, the line is dropped; how many were is said when it takes one again. A line is cut at
// 4,096 bytes, which a pipe takes whole. SIGPIPE must be ignored. Thread-safe.
class LogSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

 private:
  std::size_t dropped_ = 0;
};

}  // namespace inkling
