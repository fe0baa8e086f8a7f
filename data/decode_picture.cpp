#include "data/decode_picture.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "data/jpeg.h"
#include "data/png.h"
#include "data/webp.h"

namespace inkling {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool starts_with(Bytes bytes, std::string_view prefix) {
  return bytes.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), bytes.begin(),
                    [](char expected, std::uint8_t came) {
                      return static_cast<std::uint8_t>(expected) == came;
                    });
}

// The brand behind the size of an ISO media file's first box (HEIF, AVIF).
bool is_media_file(Bytes bytes, std::string_view brand) {
  return bytes.size() >= 12 && starts_with(bytes.subspan(4), "ftyp") &&
         starts_with(bytes.subspan(8), brand);
}

// What came instead, in words of ours alone.
std::string describe(Bytes bytes) {
  if (bytes.empty()) {
    return "no bytes at all";
  }
  if (starts_with(bytes, "GIF8")) {
    return "a GIF picture";
  }
  if (starts_with(bytes, "BM")) {
    return "a BMP picture";
  }
  if (starts_with(bytes, "%PDF")) {
    return "a PDF document";
  }
  if (is_media_file(bytes, "hei") || is_media_file(bytes, "mif1")) {
    return "a HEIC picture";
  }
  if (is_media_file(bytes, "avif")) {
    return "an AVIF picture";
  }
  return "something else";
}

bool is_png(Bytes bytes) { return starts_with(bytes, "\x89PNG\r\n\x1a\n"); }

bool is_jpeg(Bytes bytes) { return starts_with(bytes, "\xff\xd8\xff"); }

bool is_webp(Bytes bytes) {
  return starts_with(bytes, "RIFF") && bytes.size() >= 12 && starts_with(bytes.subspan(8), "WEBP");
}

}  // namespace

std::size_t memory_to_decode(Bytes bytes) {
  return is_png(bytes)    ? png_memory(bytes)
         : is_jpeg(bytes) ? jpeg_memory(bytes)
         : is_webp(bytes) ? webp_memory(bytes)
                          : 0;
}

Picture decode_picture(Bytes bytes) {
  if (is_png(bytes)) {
    return decode_png(bytes);
  }
  if (is_jpeg(bytes)) {
    return decode_jpeg(bytes);
  }
  if (is_webp(bytes)) {
    return decode_webp(bytes);
  }
  throw PictureError("Expected a PNG, JPEG or WebP picture, received " + describe(bytes) +
                     "; save it as one of these.");
}

}  // namespace inkling
