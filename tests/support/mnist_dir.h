// Where the real MNIST files are, for the tests that need them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace inkling {

inline constexpr const char* kNoMnist =
    "MNIST_DIR is not set: this test needs the real files (script/fetch-mnist, then "
    "MNIST_DIR=data/mnist)";

// The folder that the environment variable MNIST_DIR names; nullopt when it is unset or empty. The
// caller skips:
//   const auto folder = mnist_dir();
//   if (!folder) GTEST_SKIP() << kNoMnist;
inline std::optional<std::filesystem::path> mnist_dir() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests never set it
  const char* folder = std::getenv("MNIST_DIR");
  if (folder == nullptr || *folder == '\0') {
    return std::nullopt;
  }
  return std::filesystem::path(folder);
}

}  // namespace inkling
