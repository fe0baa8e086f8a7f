// Files that are either the old or the new, never half.
#pragma once

#include <filesystem>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace inkling {

// what() is one line that names the file and the system's reason.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Writes to a temporary file beside it, syncs, renames over the old one and syncs the folder. On an
// error the old file is unchanged and the temporary one removed. Throws FileError.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

// The whole of a regular file. Throws FileError.
std::vector<std::byte> read_file(const std::filesystem::path& path);

}  // namespace inkling
