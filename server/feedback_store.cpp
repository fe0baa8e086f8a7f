#include "server/feedback_store.h"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "engine/io/atomic_file.h"
#include "server/access/digest.h"
#include "server/timestamp.h"

namespace inkling {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw std::runtime_error("cannot keep feedback in " + path.string() + ": " +
                           std::generic_category().message(error));
}

std::uint64_t bytes_in(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  }
  return bytes;
}

std::string new_id() {
  const std::string random = random_bytes(8);
  return to_hex({reinterpret_cast<const std::uint8_t*>(random.data()), random.size()});
}

// The whole line or nothing of it.
void append_line(int fd, const std::string& line, const std::filesystem::path& folder) {
  struct stat before {};
  if (::fstat(fd, &before) != 0) {
    fail(folder, errno);
  }
  const ssize_t written = ::write(fd, line.data(), line.size());
  const bool whole = written == static_cast<ssize_t>(line.size());
  if (whole && ::fsync(fd) == 0) {
    return;
  }
  const int error = written >= 0 && !whole ? ENOSPC : errno;
  if (written > 0 && ::ftruncate(fd, before.st_size) != 0) {
    fail(folder, errno);
  }
  fail(folder, error);
}

}  // namespace

FeedbackStore::FeedbackStore(std::filesystem::path folder, std::uint64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  const std::filesystem::path lines = folder_ / "feedback.jsonl";
  lines_ = FileDescriptor(::open(lines.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!lines_.is_open()) {
    fail(folder_, error ? error.value() : errno);
  }
  bytes_ = bytes_in(folder_);
}

std::optional<std::string> FeedbackStore::add(std::span<const std::uint8_t> png,
                                              const JsonObject& line) {
  std::string id = new_id();
  const std::string name = id + ".png";
  const std::string text = JsonObject()
                               .add("time", now_as_text())
                               .add("id", id)
                               .add("picture", name)
                               .add_members_of(line.text())
                               .text() +
                           "\n";
  const std::lock_guard lock(mutex_);
  const std::uint64_t size = png.size() + text.size();
  if (bytes_ + size > max_bytes_) {
    return std::nullopt;
  }
  write_file_atomically(folder_ / name, std::as_bytes(png));
  try {
    append_line(lines_.get(), text, folder_);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(folder_ / name, ignored);
    throw;
  }
  bytes_ += size;
  return id;
}

}  // namespace inkling
