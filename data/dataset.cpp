#include "data/dataset.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>

#include <zlib.h>

#include "data/idx.h"

namespace inkling {
namespace {

constexpr std::uint32_t kMaxSide = 4096;
constexpr int kClasses = 10;

// The plain file where there is one, else the one with .gz.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name) {
  std::error_code error;  // an unreadable folder reads as "not there"
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (std::filesystem::exists(folder / candidate, error)) {
      return folder / candidate;
    }
  }
  const bool folder_exists = std::filesystem::is_directory(folder, error);
  throw IdxError(folder.string() + ": expected " + name + " or " + name + ".gz, received " +
                 (folder_exists ? "neither" : "no such folder") +
                 "; fetch the files with: script/fetch-mnist " + folder.string());
}

IdxArray read_with_rank(const std::filesystem::path& path, std::size_t rank, const char* meaning) {
  IdxArray array = read_idx(path);
  if (array.dimensions.size() != rank) {
    throw IdxError(path.string() + ": expected " + std::to_string(rank) + " dimension" +
                   (rank == 1 ? "" : "s") + " (" + meaning + "), received " +
                   std::to_string(array.dimensions.size()) +
                   "; check that images and labels are not swapped");
  }
  return array;
}

void check_images(const IdxArray& images, const std::string& name) {
  if (images.dimensions[0] == 0) {
    throw IdxError(name +
                   ": expected at least one image, received none; fetch it again with "
                   "script/fetch-mnist");
  }
  for (const std::uint32_t side : {images.dimensions[1], images.dimensions[2]}) {
    if (side < 1 || side > kMaxSide) {
      throw IdxError(name + ": expected images of 1 to " + std::to_string(kMaxSide) +
                     " pixels a side, received " + std::to_string(side) +
                     "; fetch it again with script/fetch-mnist");
    }
  }
}

void check_labels(const IdxArray& labels, const std::string& name) {
  const auto wrong = std::find_if(labels.values.begin(), labels.values.end(),
                                  [](std::uint8_t label) { return label >= kClasses; });
  if (wrong != labels.values.end()) {
    throw IdxError(name + ": expected labels 0..9, received " + std::to_string(*wrong) +
                   " at index " + std::to_string(wrong - labels.values.begin()) +
                   "; fetch it again with script/fetch-mnist");
  }
}

}  // namespace

Dataset load_mnist(const std::filesystem::path& folder, MnistSplit split) {
  const std::string prefix = split == MnistSplit::train ? "train" : "t10k";
  const std::filesystem::path image_path = find_file(folder, prefix + "-images-idx3-ubyte");
  const std::filesystem::path label_path = find_file(folder, prefix + "-labels-idx1-ubyte");

  IdxArray images = read_with_rank(image_path, 3, "count, height, width");
  check_images(images, image_path.string());
  IdxArray labels = read_with_rank(label_path, 1, "count");
  if (labels.dimensions[0] != images.dimensions[0]) {
    throw IdxError(label_path.string() + ": expected " + std::to_string(images.dimensions[0]) +
                   " labels, one for each image of " + image_path.filename().string() +
                   ", received " + std::to_string(labels.dimensions[0]) +
                   "; take both from the same set");
  }
  check_labels(labels, label_path.string());

  Dataset dataset;
  dataset.height = static_cast<int>(images.dimensions[1]);
  dataset.width = static_cast<int>(images.dimensions[2]);
  dataset.images = std::move(images.values);
  dataset.labels = std::move(labels.values);
  return dataset;
}

std::uint32_t checksum(const Dataset& dataset) {
  const std::array<std::uint8_t, 4> size{
      static_cast<std::uint8_t>(dataset.height >> 8), static_cast<std::uint8_t>(dataset.height),
      static_cast<std::uint8_t>(dataset.width >> 8), static_cast<std::uint8_t>(dataset.width)};
  uLong sum = ::crc32_z(0, size.data(), size.size());
  sum = ::crc32_z(sum, dataset.labels.data(), dataset.labels.size());
  sum = ::crc32_z(sum, dataset.images.data(), dataset.images.size());
  return static_cast<std::uint32_t>(sum);
}

}  // namespace inkling
