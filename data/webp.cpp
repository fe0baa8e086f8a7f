#include "data/webp.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <string_view>

#include <webp/decode.h>

#include "data/exif.h"

namespace inkling {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr const char* kDamaged =
    "Expected a WebP picture, received one that is damaged or incomplete; save it again as WebP.";
constexpr int kLossless = 2;  // WebPBitstreamFeatures::format

// The orientation in the file's EXIF chunk (RFC 9649, "WebP Image Format"), 1 where there is none.
int orientation(Bytes bytes) {
  constexpr std::size_t kFileHeader = 12;
  constexpr std::size_t kChunkHeader = 8;
  constexpr std::string_view kExif = "EXIF";
  std::size_t at = kFileHeader;
  while (at + kChunkHeader <= bytes.size()) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      size |= std::size_t{bytes[at + 4 + i]} << 8 * i;
    }
    const std::size_t content = at + kChunkHeader;
    if (size > bytes.size() - content) {
      break;
    }
    if (std::equal(kExif.begin(), kExif.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at))) {
      return exif_orientation(bytes.subspan(content, size));
    }
    at = content + size + size % 2;
  }
  return 1;
}

void read_header(Bytes bytes, const WebpLimits& limits, WebPDecoderConfig& config) {
  if (WebPInitDecoderConfig(&config) == 0 ||
      WebPGetFeatures(bytes.data(), bytes.size(), &config.input) != VP8_STATUS_OK) {
    throw PictureError(kDamaged);
  }
  if (config.input.has_animation != 0) {
    throw PictureError("Expected a WebP picture, received an animation; send one picture of it.");
  }
  const int width = config.input.width;
  const int height = config.input.height;
  check_picture_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height),
                     config.input.format == kLossless
                         ? std::min(limits.max_pixels, limits.max_lossless_pixels)
                         : limits.max_pixels);
}

}  // namespace

std::size_t webp_memory(Bytes bytes, const WebpLimits& limits) {
  WebPDecoderConfig config;
  try {
    read_header(bytes, limits, config);
  } catch (const PictureError&) {
    return 0;
  }
  // Without loss all pixels are held, with loss their transparency is, in which there may be some.
  const std::int64_t pixels = std::int64_t{config.input.width} * config.input.height;
  const std::int64_t held = config.input.format == kLossless ? 6 * pixels : 2 * pixels;
  const std::int64_t decoded = std::min(pixels, limits.enough_pixels);
  return std::max(static_cast<std::size_t>(held + 4 * decoded), memory_when_decoded(decoded));
}

Picture decode_webp(Bytes bytes, const WebpLimits& limits) {
  WebPDecoderConfig config;
  read_header(bytes, limits, config);
  const int width = config.input.width;
  const int height = config.input.height;
  Picture picture{width, height, {}};
  const double pixels = double{1} * width * height;
  if (pixels > static_cast<double>(limits.enough_pixels)) {
    const double scale = std::sqrt(static_cast<double>(limits.enough_pixels) / pixels);
    picture.width = std::max(1, static_cast<int>(width * scale));
    picture.height = std::max(1, static_cast<int>(height * scale));
    config.options.use_scaling = 1;
    config.options.scaled_width = picture.width;
    config.options.scaled_height = picture.height;
  }
  picture.rgba.resize(static_cast<std::size_t>(picture.width) *
                      static_cast<std::size_t>(picture.height) * 4);
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = picture.rgba.data();
  config.output.u.RGBA.stride = 4 * picture.width;
  config.output.u.RGBA.size = picture.rgba.size();
  const VP8StatusCode status = WebPDecode(bytes.data(), bytes.size(), &config);
  if (status == VP8_STATUS_OUT_OF_MEMORY) {
    throw std::bad_alloc();
  }
  if (status != VP8_STATUS_OK) {
    throw PictureError(kDamaged);
  }
  return upright(std::move(picture), orientation(bytes));
}

}  // namespace inkling
