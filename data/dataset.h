// Labeled gray pictures of one size, as IDX files hold them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace inkling {

struct Dataset {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> images;  // count × height × width, 0 background, 255 ink
  std::vector<std::uint8_t> labels;  // count, each 0..9

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t pixels() const { return static_cast<std::int64_t>(height) * width; }
};

enum class MnistSplit { train, test };

// Reads the pair train-images-idx3-ubyte / train-labels-idx1-ubyte (or t10k-…) from a folder; each
// file plain or with .gz, the plain one first. Throws IdxError with one line that says what is
// wrong and what to do.
Dataset load_mnist(const std::filesystem::path& folder, MnistSplit split);

// CRC-32 of sizes, pictures and labels: detects another data set, not a forged one.
std::uint32_t checksum(const Dataset& dataset);

}  // namespace inkling
