// Labeled gray pictures of one size, as IDX files hold them: MNIST, and sets that took its form.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace inkling {

struct Dataset {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> images;  // count × height × width, 0 background, 255 ink
  std::vector<std::uint8_t> labels;  // count, each below class_count()
  // What the labels stand for; empty where the set does not say: then they are digits.
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::vector<std::string> class_names = {};

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t pixels() const { return static_cast<std::int64_t>(height) * width; }
  std::int64_t class_count() const {
    return class_names.empty() ? 10 : static_cast<std::int64_t>(class_names.size());
  }
};

enum class MnistSplit { train, test };

// Reads images and labels, each file plain or with .gz, the plain one first.
//
//   MNIST, Fashion-MNIST, KMNIST   a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte
//                                  and the same of t10k. The names of the classes, a line each, are
//                                  taken from classes.txt beside them; a set of more than ten needs
//                                  it (class_names.h)
//   EMNIST                         a folder with emnist-letters-train-images-idx3-ubyte, … -test-…
//                                  and emnist-letters-mapping.txt; for one that holds several such
//                                  sets, the folder and the beginning: emnist/emnist-letters. Its
//                                  pictures are stored transposed, and turned upright here; classes
//                                  are numbered in the mapping's order
//
// Throws IdxError with one line that says what is wrong and what to do.
Dataset load_mnist(const std::filesystem::path& set, MnistSplit split);

// CRC-32 of sizes, pictures and labels (not names): detects another data set, not a forged one.
std::uint32_t checksum(const Dataset& dataset);

}  // namespace inkling
