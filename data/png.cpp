#include "data/png.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <libdeflate.h>
#include <lodepng.h>

namespace inkling {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t kChunkFrame = 12;  // length, type and checksum around a chunk's data
constexpr unsigned kLodepngOutOfMemory = 83;
constexpr const char* kDamaged =
    "Expected a PNG picture, received one that is damaged or incomplete; save it again as PNG.";

// Drops the chunks that no pixel depends on (all ancillary ones but tRNS), so that lodepng neither
// parses nor inflates them. Stops at the first malformed chunk, which lodepng then reports; but for
// a palette that is not of whole colors, which it would take.
std::vector<std::uint8_t> only_pixel_chunks(Bytes bytes) {
  std::vector<std::uint8_t> kept(bytes.begin(), bytes.begin() + kSignature.size());
  kept.reserve(bytes.size());
  Bytes rest = bytes.subspan(kSignature.size());
  while (rest.size() >= kChunkFrame) {
    const std::size_t length = std::size_t{lodepng_chunk_length(rest.data())} + kChunkFrame;
    if (length > rest.size()) {
      break;
    }
    const Bytes chunk = rest.first(length);
    if (lodepng_chunk_type_equals(chunk.data(), "PLTE") && (length - kChunkFrame) % 3 != 0) {
      throw PictureError(kDamaged);
    }
    if (!lodepng_chunk_ancillary(chunk.data()) || lodepng_chunk_type_equals(chunk.data(), "tRNS")) {
      kept.insert(kept.end(), chunk.begin(), chunk.end());
    }
    rest = rest.subspan(length);
  }
  kept.insert(kept.end(), rest.begin(), rest.end());
  return kept;
}

// What the hook below is given, and where it says why it failed.
struct Inflation {
  std::size_t bound;  // bytes
  bool* out_of_memory;
};

// lodepng's hook for zlib data, with a bound: its own inflate would follow a bomb until memory
// ends. The output belongs to lodepng, which frees it with free(). Returns 0 on success.
unsigned bounded_inflate(unsigned char** out, std::size_t* out_size, const unsigned char* in,
                         std::size_t in_size, const LodePNGDecompressSettings* settings) {
  const Inflation& inflation = *static_cast<const Inflation*>(settings->custom_context);
  *out_size = 0;
  *out = static_cast<unsigned char*>(std::malloc(inflation.bound));
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (*out == nullptr || inflater == nullptr) {
    *inflation.out_of_memory = true;
    return 1;
  }
  return libdeflate_zlib_decompress(inflater.get(), in, in_size, *out, inflation.bound, out_size) ==
                 LIBDEFLATE_SUCCESS
             ? 0
             : 1;
}

// The most bytes that the header's picture can have before compression: its pixels, and for each
// row a filter byte and a last byte that is not full; the seven passes of an interlaced one have at
// most 2 * height + 7 rows together.
std::size_t scanline_bound(unsigned width, unsigned height, unsigned bits_per_pixel) {
  const std::size_t pixels = std::size_t{width} * height;
  return pixels * bits_per_pixel / 8 + 2 * (2 * std::size_t{height} + 7) + 1;
}

struct Header {
  unsigned width;
  unsigned height;
  std::size_t inflated;  // bytes, at most
};

Header read_header(Bytes bytes, const PngLimits& limits, lodepng::State& state) {
  Header header{};
  if (lodepng_inspect(&header.width, &header.height, &state, bytes.data(), bytes.size()) != 0) {
    throw PictureError(kDamaged);
  }
  check_picture_size(header.width, header.height, limits.max_pixels);
  const unsigned bits_per_pixel = lodepng_get_bpp(&state.info_png.color);
  header.inflated = std::min(limits.max_inflated_bytes,
                             scanline_bound(header.width, header.height, bits_per_pixel));
  return header;
}

}  // namespace

std::size_t png_memory(Bytes bytes, const PngLimits& limits) {
  lodepng::State state;
  try {
    const Header header = read_header(bytes, limits, state);
    // What is inflated and the pixels of it as they are there; later these and those in RGBA.
    const std::size_t pixels = std::size_t{header.width} * header.height;
    return std::max(bytes.size() + header.inflated + std::max(header.inflated, 4 * pixels),
                    memory_when_decoded(static_cast<std::int64_t>(pixels)));
  } catch (const PictureError&) {
    return 0;
  }
}

Picture decode_png(Bytes bytes, const PngLimits& limits) {
  lodepng::State state;
  const Header header = read_header(bytes, limits, state);
  unsigned width = header.width;
  unsigned height = header.height;
  bool out_of_memory = false;
  const Inflation inflation{.bound = header.inflated, .out_of_memory = &out_of_memory};
  state.decoder.zlibsettings.custom_zlib = bounded_inflate;
  state.decoder.zlibsettings.custom_context = &inflation;

  const std::vector<std::uint8_t> kept = only_pixel_chunks(bytes);
  unsigned char* pixels = nullptr;
  const unsigned error = lodepng_decode(&pixels, &width, &height, &state, kept.data(), kept.size());
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(pixels, &std::free);
  if (error == kLodepngOutOfMemory || out_of_memory) {
    throw std::bad_alloc();
  }
  if (error != 0) {
    throw PictureError(kDamaged);
  }
  Picture picture{static_cast<int>(width), static_cast<int>(height), {}};
  picture.rgba.assign(pixels, pixels + std::size_t{width} * height * 4);
  return picture;
}

std::vector<std::uint8_t> encode_gray_png(Bytes gray, int width, int height) {
  if (width <= 0 || height <= 0 ||
      gray.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
    throw std::invalid_argument("encode_gray_png: expected " + std::to_string(width) + " x " +
                                std::to_string(height) + " bytes, received " +
                                std::to_string(gray.size()));
  }
  lodepng::State state;
  // Else lodepng picks a palette or fewer bits where those are smaller.
  state.encoder.auto_convert = 0;
  state.info_raw = lodepng_color_mode_make(LCT_GREY, 8);
  state.info_png.color = lodepng_color_mode_make(LCT_GREY, 8);
  std::vector<std::uint8_t> png;
  if (lodepng::encode(png, gray.data(), static_cast<unsigned>(width), static_cast<unsigned>(height),
                      state) != 0) {
    throw std::bad_alloc();  // the arguments are sound: memory is all that can be missing
  }
  return png;
}

}  // namespace inkling
