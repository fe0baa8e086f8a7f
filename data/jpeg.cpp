#include "data/jpeg.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <turbojpeg.h>

#include "data/exif.h"

namespace inkling {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr const char* kDamaged =
    "Expected a JPEG picture, received one that is damaged or incomplete; save it again as JPEG.";

// Each scan of a progressive picture walks over all of it, whatever few bytes it has. Encoders make
// ten.
constexpr int kMaxScans = 64;

namespace marker {
constexpr std::uint8_t kEnd = 0xd9;
constexpr std::uint8_t kScan = 0xda;
constexpr std::uint8_t kExif = 0xe1;  // and other metadata
constexpr bool is_restart(std::uint8_t code) { return code >= 0xd0 && code <= 0xd7; }
constexpr bool stands_alone(std::uint8_t code) { return is_restart(code) || code == 0x01; }
}  // namespace marker

// What the file's markers say (ITU-T T.81, annex B).
struct Outline {
  int orientation = 1;
  int scans = 0;
  bool complete = false;
};

// Where the marker after a scan's entropy-coded data is. In the data a zero follows a byte of 0xff,
// or the number of a restart.
std::size_t end_of_scan(Bytes bytes, std::size_t at) {
  for (; at + 1 < bytes.size(); ++at) {
    if (bytes[at] == 0xff && bytes[at + 1] != 0 && !marker::is_restart(bytes[at + 1])) {
      return at;
    }
  }
  return bytes.size();
}

Outline outline(Bytes bytes) {
  Outline found;
  std::size_t at = 2;  // behind the start of the image
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xff || bytes[at + 1] == 0xff) {
      ++at;  // bytes between segments, or to fill
      continue;
    }
    const std::uint8_t code = bytes[at + 1];
    at += 2;
    if (code == marker::kEnd) {
      found.complete = true;
      return found;
    }
    if (marker::stands_alone(code) || at + 2 > bytes.size()) {
      continue;
    }
    const std::size_t length = std::size_t{bytes[at]} * 256 + bytes[at + 1];
    if (length < 2 || length > bytes.size() - at) {
      return found;
    }
    const Bytes content = bytes.subspan(at + 2, length - 2);
    at += length;
    if (code == marker::kScan) {
      ++found.scans;
      at = end_of_scan(bytes, at);
    } else if (code == marker::kExif && found.orientation == 1) {
      found.orientation = exif_orientation(content);
    }
  }
  return found;
}

// The largest of 1, 1/2, 1/4 and 1/8 that leaves no more than enough pixels; 1/8 where none does.
tjscalingfactor scale_for(int width, int height, std::int64_t enough_pixels) {
  tjscalingfactor scale{1, 1};
  while (scale.denom < 8 &&
         std::int64_t{TJSCALED(width, scale)} * TJSCALED(height, scale) > enough_pixels) {
    scale.denom *= 2;
  }
  return scale;
}

using Decoder = std::unique_ptr<void, decltype(&tjDestroy)>;

struct Header {
  Outline outline;
  std::int64_t pixels;  // as they were sent
  int width;            // as they are decoded
  int height;
};

Header read_header(Bytes bytes, const PhotoLimits& limits, const Decoder& decoder) {
  const Outline found = outline(bytes);
  if (!found.complete || found.scans < 1 || found.scans > kMaxScans) {
    throw PictureError(kDamaged);
  }
  if (!decoder) {
    throw std::bad_alloc();
  }
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int color = 0;
  if (tjDecompressHeader3(decoder.get(), bytes.data(), bytes.size(), &width, &height, &subsampling,
                          &color) != 0) {
    throw PictureError(kDamaged);
  }
  if (color == TJCS_CMYK || color == TJCS_YCCK) {
    throw PictureError(
        "Expected a JPEG picture in color or gray, received one in CMYK; save it as RGB.");
  }
  check_picture_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height),
                     limits.max_pixels);
  const tjscalingfactor scale = scale_for(width, height, limits.enough_pixels);
  return {found, std::int64_t{width} * height, TJSCALED(width, scale), TJSCALED(height, scale)};
}

}  // namespace

std::size_t jpeg_memory(Bytes bytes, const PhotoLimits& limits) {
  try {
    const Header header = read_header(bytes, limits, Decoder(tjInitDecompress(), &tjDestroy));
    // Where there are several scans, all coefficients are kept: two bytes each, three a pixel.
    const std::int64_t coefficients = header.outline.scans > 1 ? 6 * header.pixels : 0;
    const std::int64_t pixels = std::int64_t{header.width} * header.height;
    return std::max(static_cast<std::size_t>(coefficients + 4 * pixels),
                    memory_when_decoded(pixels));
  } catch (const PictureError&) {
    return 0;
  }
}

Picture decode_jpeg(Bytes bytes, const PhotoLimits& limits) {
  const Decoder decoder(tjInitDecompress(), &tjDestroy);
  const Header header = read_header(bytes, limits, decoder);
  Picture picture{header.width, header.height, {}};
  picture.rgba.resize(static_cast<std::size_t>(picture.width) *
                      static_cast<std::size_t>(picture.height) * 4);
  const int status = tjDecompress2(decoder.get(), bytes.data(), bytes.size(), picture.rgba.data(),
                                   picture.width, 0, picture.height, TJPF_RGBA, 0);
  if (status != 0 && tjGetErrorCode(decoder.get()) != TJERR_WARNING) {
    throw PictureError(kDamaged);
  }
  return upright(std::move(picture), header.outline.orientation);
}

}  // namespace inkling
