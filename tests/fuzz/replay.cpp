// Calls a fuzz target with each file of a corpus, with each file cut short at every length, and
// with copies of it of which a few bytes are others: what a fuzzer finds first, without one.
//
//   fuzz_TARGET CORPUS
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kCuts = 256;    // at most, spread over a file
constexpr int kChangedCopies = 1000;  // of each file

// Each in memory of its own size, so that a byte read beyond its end is seen.
void call(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

void call_with_cuts_of(const Bytes& bytes) {
  const std::size_t step = bytes.size() / kCuts + 1;
  for (std::size_t size = 0; size < bytes.size(); size += step) {
    call({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
  }
}

void call_with_changes_of(const Bytes& bytes) {
  std::mt19937 random(1);
  for (int copy = 0; copy < kChangedCopies && !bytes.empty(); ++copy) {
    Bytes changed = bytes;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    }
    call(changed);
  }
}

int replay(const char* corpus) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    call(bytes);
    call_with_cuts_of(bytes);
    call_with_changes_of(bytes);
    ++files;
  }
  if (files == 0) {
    std::fprintf(stderr, "replay: expected files in %s, received none\n", corpus);
    return 1;
  }
  std::printf("replayed %d files\n", files);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "replay: expected a corpus's folder, received %d arguments\n", argc - 1);
    return 2;
  }
  try {
    return replay(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay: %s\n", error.what());
    return 1;
  }
}
