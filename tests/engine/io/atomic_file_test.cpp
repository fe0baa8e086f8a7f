#include "engine/io/atomic_file.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

TEST(AtomicFile, ReplacesTheOldFileOrLeavesIt) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  write_file_atomically(path, "old");
  write_file_atomically(path, "new");
  EXPECT_EQ(read_file(path).size(), 3U);
  EXPECT_THROW(write_file_atomically(folder.path() / "absent" / "file", "x"), FileError);
  std::filesystem::create_directory(folder.path() / "directory");
  EXPECT_THROW(write_file_atomically(folder.path() / "directory", "x"), FileError);
  const auto reading = [](const std::filesystem::path& what) -> std::string {
    try {
      read_file(what);
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(reading(folder.path()), "cannot read " + folder.path().string() + ": it is a folder");
  EXPECT_EQ(reading("/dev/null"), "cannot read /dev/null: it is no regular file");
  EXPECT_EQ(reading("/absent"), "cannot read /absent: No such file or directory");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++files;
  }
  EXPECT_EQ(files, 2U) << "no temporary file is left";
}

}  // namespace
}  // namespace inkling
