#include "train/cli/run_folder.h"

#include <system_error>

#include "engine/io/atomic_file.h"

namespace inkling {
namespace {

namespace fs = std::filesystem;

std::string megabytes(std::uintmax_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

// The file system that the folder will be on.
fs::path existing_part(fs::path path) {
  std::error_code error;
  path = fs::absolute(path);
  while (!fs::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path;
}

}  // namespace

void RunFolder::expect_unused() const {
  if (fs::exists(checkpoint())) {
    throw FileError(path_.string() +
                    " holds a training already: add --resume to go on with it, or give another "
                    "--out");
  }
}

RunSettings RunFolder::read_settings() const {
  for (const fs::path& file : {checkpoint(), config()}) {
    if (!fs::exists(file)) {
      throw FileError("expected " + file.string() +
                      " to resume from, received no such file: leave --resume out to begin");
    }
  }
  const std::vector<std::byte> bytes = read_file(config());
  return parse_run_settings({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                            config().string());
}

void RunFolder::write_settings(const RunSettings& settings) const {
  std::error_code error;
  const bool made = fs::create_directories(path_, error);
  if (error) {
    throw FileError("cannot make the folder " + path_.string() + ": " + error.message());
  }
  try {
    write_file_atomically(config(), to_json(settings) + "\n");
  } catch (const FileError&) {
    if (made) {
      fs::remove(path_, error);
    }
    throw;
  }
}

void RunFolder::check_space(Index parameters, bool averages) const {
  constexpr std::uintmax_t kLogAndPictures = 8'000'000;
  const std::uintmax_t weights = 4 * static_cast<std::uintmax_t>(parameters);
  // With Adam's two moments.
  const std::uintmax_t checkpoint_bytes = (averages ? 4 : 3) * weights;
  const std::uintmax_t needed = 2 * checkpoint_bytes + weights + kLogAndPictures;
  std::error_code error;
  const fs::space_info space = fs::space(existing_part(path_), error);
  if (error) {
    return;  // a file system that does not say: writing will
  }
  std::uintmax_t available = space.available;
  if (const std::uintmax_t kept = fs::file_size(checkpoint(), error); !error) {
    available += kept;  // the first of the two is there
  }
  if (available < needed) {
    throw FileError("expected " + megabytes(needed) + " of free disk space for " + path_.string() +
                    ", received " + megabytes(space.available) +
                    ": free some, or give another --out");
  }
}

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_-./+:,@%") == std::string::npos;
  if (plain) {
    return text;
  }
  std::string quoted = "'";
  for (const char letter : text) {
    quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  }
  return quoted + "'";
}

}  // namespace inkling
