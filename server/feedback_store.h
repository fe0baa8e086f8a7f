// Where pictures are kept whose senders said what they are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "server/http/file_descriptor.h"
#include "server/http/json_text.h"

namespace inkling {

// A folder with feedback.jsonl, a line for each picture, and the pictures ID.png; other files there
// are left alone. It belongs to one server. Thread-safe.
class FeedbackStore {
 public:
  // Makes the folder where there is none. max_bytes: what the folder's files may come to together.
  // Throws std::runtime_error with one line where it cannot be written to.
  FeedbackStore(std::filesystem::path folder, std::uint64_t max_bytes);

  // Keeps the picture, and the line with "time", "id" and "picture" before it; returns the id.
  // nullopt: the folder is full. On an error, thrown as std::runtime_error, nothing is kept.
  std::optional<std::string> add(std::span<const std::uint8_t> png, const JsonObject& line);

 private:
  std::filesystem::path folder_;
  std::uint64_t max_bytes_;
  FileDescriptor lines_;
  std::mutex mutex_;
  std::uint64_t bytes_ = 0;
};

}  // namespace inkling
