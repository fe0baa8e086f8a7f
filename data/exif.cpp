#include "data/exif.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace inkling {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 6> kPrefix = {'E', 'x', 'i', 'f', 0, 0};
constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kShort = 3;  // the type of a 16-bit number
constexpr std::size_t kEntrySize = 12;

// Numbers of a TIFF file, in the order of bytes that its first two name; 0 beyond its end.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), big_endian_(!bytes.empty() && bytes[0] == 'M') {}

  std::uint32_t u16(std::size_t at) const { return number(at, 2); }
  std::uint32_t u32(std::size_t at) const { return number(at, 4); }

 private:
  std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) {
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8U | bytes_[at + (big_endian_ ? i : size - 1 - i)];
    }
    return value;
  }

  Bytes bytes_;
  bool big_endian_;
};

}  // namespace

int exif_orientation(Bytes exif) {
  if (exif.size() >= kPrefix.size() && std::equal(kPrefix.begin(), kPrefix.end(), exif.begin())) {
    exif = exif.subspan(kPrefix.size());
  }
  const Tiff tiff(exif);
  constexpr std::uint32_t kMagic = 42;
  if (tiff.u16(2) != kMagic) {
    return 1;
  }
  const std::size_t directory = tiff.u32(4);
  const std::uint32_t entries = tiff.u16(directory);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntrySize;
    if (tiff.u16(entry) == kOrientationTag) {
      const std::uint32_t value = tiff.u16(entry + 8);
      return tiff.u16(entry + 2) == kShort && value >= 1 && value <= 8 ? static_cast<int>(value)
                                                                       : 1;
    }
  }
  return 1;
}

Picture upright(Picture picture, int orientation) {
  if (orientation < 1 || orientation > 8) {
    throw std::invalid_argument("upright: expected an orientation from 1 to 8, received " +
                                std::to_string(orientation));
  }
  if (orientation == 1) {
    return picture;
  }
  // What to do with the seen picture's axes to find the stored pixel.
  const bool transposed = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 ||
                          orientation == 8;  // along the stored rows
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 ||
                          orientation == 7;  // along the stored columns
  Picture seen{picture.width, picture.height, {}};
  if (transposed) {
    std::swap(seen.width, seen.height);
  }
  seen.rgba.resize(picture.rgba.size());
  auto* out = seen.rgba.data();
  for (int y = 0; y < seen.height; ++y) {
    for (int x = 0; x < seen.width; ++x) {
      int column = transposed ? y : x;
      int row = transposed ? x : y;
      column = from_right ? picture.width - 1 - column : column;
      row = from_below ? picture.height - 1 - row : row;
      const auto pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(picture.width) +
                         static_cast<std::size_t>(column);
      out = std::copy_n(picture.rgba.data() + 4 * pixel, 4, out);
    }
  }
  return seen;
}

}  // namespace inkling
