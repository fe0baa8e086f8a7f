#include "data/dataset.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <zlib.h>

#include "data/class_names.h"
#include "data/idx.h"

namespace inkling {
namespace {

constexpr std::uint32_t kMaxSide = 4096;
constexpr std::string_view kEmnist = "emnist-";
constexpr std::string_view kEmnistImages = "-train-images-idx3-ubyte";

// Where a set's files are, and how their names begin: for EMNIST with its own, as "emnist-letters".
struct SetFiles {
  std::filesystem::path folder;
  std::string emnist;

  std::string name(MnistSplit split, const char* rest) const {
    const char* test = emnist.empty() ? "t10k" : "test";
    return (emnist.empty() ? "" : emnist + "-") + (split == MnistSplit::train ? "train" : test) +
           rest;
  }
};

bool is_there(const std::filesystem::path& path) {
  std::error_code error;  // what cannot be read counts as not there
  return std::filesystem::exists(path, error);
}

// The plain file where there is one, else the one with .gz.
std::filesystem::path find_file(const SetFiles& files, MnistSplit split, const char* rest) {
  const std::string name = files.name(split, rest);
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (is_there(files.folder / candidate)) {
      return files.folder / candidate;
    }
  }
  std::error_code error;
  const std::string folder = files.folder.string();
  throw IdxError(
      folder + ": expected " + name + " or " + name + ".gz, received " +
      (std::filesystem::is_directory(files.folder, error) ? "neither" : "no such folder") +
      (files.emnist.empty() ? "; fetch the files with: script/fetch-mnist " + folder
                            : "; take all files of " + files.emnist + " out of EMNIST's archive"));
}

// The beginnings of the names of EMNIST's sets, in order.
std::set<std::string> emnist_sets(const std::filesystem::path& folder) {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.find(kEmnistImages);
    if (name.starts_with(kEmnist) && end != std::string::npos) {
      found.insert(name.substr(0, end));
    }
  }
  return found;
}

SetFiles find_set(const std::filesystem::path& set) {
  std::error_code error;
  const std::string last = set.filename().string();
  if (!std::filesystem::is_directory(set, error) && last.starts_with(kEmnist)) {
    return {set.parent_path(), last};
  }
  const bool mnist =
      is_there(set / "train-images-idx3-ubyte") || is_there(set / "train-images-idx3-ubyte.gz");
  const std::set<std::string> others = mnist ? std::set<std::string>{} : emnist_sets(set);
  if (others.size() > 1) {
    std::string list;
    for (const std::string& other : others) {
      list += (list.empty() ? "" : ", ") + other;
    }
    throw IdxError(set.string() + ": expected one data set, received " + list +
                   "; name one of them: " + (set / *others.begin()).string());
  }
  return {set, others.empty() ? "" : *others.begin()};
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad() || !file.is_open()) {
    throw IdxError(path.string() + ": cannot be read");
  }
  return text;
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

void check_labels(const Dataset& dataset, const std::string& name) {
  const auto wrong =
      std::find_if(dataset.labels.begin(), dataset.labels.end(),
                   [&](std::uint8_t label) { return label >= dataset.class_count(); });
  if (wrong == dataset.labels.end()) {
    return;
  }
  throw IdxError(name + ": expected labels 0.." + std::to_string(dataset.class_count() - 1) +
                 ", received " + std::to_string(*wrong) + " at index " +
                 std::to_string(wrong - dataset.labels.begin()) +
                 (dataset.class_names.empty()
                      ? "; fetch it again with script/fetch-mnist, or name the classes of another "
                        "set in classes.txt beside it, one a line"
                      : "; classes.txt beside it must name each class, one a line"));
}

void name_classes(const SetFiles& files, Dataset& dataset) {
  const std::filesystem::path path = files.folder / "classes.txt";
  if (is_there(path)) {
    dataset.class_names = parse_class_names(read_text(path), path.string());
  }
}

// The mapping's names, and its classes in place of the labels.
void map_classes(const SetFiles& files, const std::string& label_file, Dataset& dataset) {
  const std::filesystem::path path = files.folder / (files.emnist + "-mapping.txt");
  LabelMapping mapping = parse_emnist_mapping(read_text(path), path.string());
  for (std::uint8_t& label : dataset.labels) {
    const auto found = std::find(mapping.labels.begin(), mapping.labels.end(), label);
    if (found == mapping.labels.end()) {
      throw IdxError(label_file + ": expected labels of " + path.string() + ", received " +
                     std::to_string(label));
    }
    label = static_cast<std::uint8_t>(found - mapping.labels.begin());
  }
  dataset.class_names = std::move(mapping.names);
}

void transpose(Dataset& dataset) {
  std::vector<std::uint8_t> upright(dataset.images.size());
  const auto height = static_cast<std::size_t>(dataset.height);
  const auto width = static_cast<std::size_t>(dataset.width);
  for (std::size_t first = 0; first < upright.size(); first += height * width) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < width; ++x) {
        upright[first + x * height + y] = dataset.images[first + y * width + x];
      }
    }
  }
  dataset.images = std::move(upright);
  std::swap(dataset.height, dataset.width);
}

}  // namespace

Dataset load_mnist(const std::filesystem::path& set, MnistSplit split) {
  const SetFiles files = find_set(set);
  const auto image_path = find_file(files, split, "-images-idx3-ubyte");
  const auto label_path = find_file(files, split, "-labels-idx1-ubyte");

  IdxArray images = read_with_rank(image_path, 3, "count, height, width");
  check_images(images, image_path.string());
  IdxArray labels = read_with_rank(label_path, 1, "count");
  if (labels.dimensions[0] != images.dimensions[0]) {
    throw IdxError(label_path.string() + ": expected " + std::to_string(images.dimensions[0]) +
                   " labels, one for each image of " + image_path.filename().string() +
                   ", received " + std::to_string(labels.dimensions[0]) +
                   "; take both from the same set");
  }

  Dataset dataset;
  dataset.height = static_cast<int>(images.dimensions[1]);
  dataset.width = static_cast<int>(images.dimensions[2]);
  dataset.images = std::move(images.values);
  dataset.labels = std::move(labels.values);
  if (files.emnist.empty()) {
    name_classes(files, dataset);
    check_labels(dataset, label_path.string());
  } else {
    map_classes(files, label_path.string(), dataset);
    transpose(dataset);
  }
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
