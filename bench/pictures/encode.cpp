#include "bench/pictures/encode.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

#include <lodepng.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include "bench/pictures/random.h"

namespace inkling::pictures {
namespace {

// Of an interlaced picture, each on its own grid of the picture's pixels (PNG, 8.1: Adam7).
struct Pass {
  int x;
  int y;
  int step_x;
  int step_y;
};
constexpr std::array<Pass, 7> kPasses = {{{0, 0, 8, 8},
                                          {4, 0, 8, 8},
                                          {0, 4, 4, 8},
                                          {2, 0, 4, 4},
                                          {0, 2, 2, 4},
                                          {1, 0, 2, 2},
                                          {0, 1, 1, 2}}};

void append_chunk(std::vector<std::uint8_t>& png, const char* type,
                  const std::vector<std::uint8_t>& data) {
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  const unsigned error =
      lodepng_chunk_create(&bytes, &size, static_cast<unsigned>(data.size()), type, data.data());
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(bytes, &std::free);
  if (error != 0) {
    throw std::bad_alloc();
  }
  png.insert(png.end(), bytes, bytes + size);
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Picture& picture) {
  std::vector<std::uint8_t> png;
  if (lodepng::encode(png, picture.rgba, static_cast<unsigned>(picture.width),
                      static_cast<unsigned>(picture.height)) != 0) {
    throw std::bad_alloc();
  }
  return png;
}

std::vector<std::uint8_t> encode_slow_png(int width, int height) {
  std::vector<std::uint8_t> data;
  for (const Pass& pass : kPasses) {
    const int columns = (width - pass.x + pass.step_x - 1) / pass.step_x;
    const int rows = (height - pass.y + pass.step_y - 1) / pass.step_y;
    Random random(4);
    std::vector<std::uint8_t> row = {4};  // Paeth's filter
    for (int i = 0; i < 8 * columns; ++i) {
      row.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    for (int y = 0; y < rows; ++y) {
      data.insert(data.end(), row.begin(), row.end());
    }
  }
  std::vector<std::uint8_t> png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  std::vector<std::uint8_t> header;
  for (const int side : {width, height}) {
    for (const int shift : {24, 16, 8, 0}) {
      header.push_back(static_cast<std::uint8_t>(side >> shift));
    }
  }
  header.insert(header.end(), {16, LCT_RGBA, 0, 0, 1});  // bits a channel, …, interlaced
  append_chunk(png, "IHDR", header);
  LodePNGCompressSettings settings = lodepng_default_compress_settings;
  settings.windowsize = 32'768;  // more than a row, so that each is found in the one before
  std::vector<std::uint8_t> compressed;
  if (lodepng::compress(compressed, data, settings) != 0) {
    throw std::bad_alloc();
  }
  append_chunk(png, "IDAT", compressed);
  append_chunk(png, "IEND", {});
  return png;
}

std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality, JpegScans scans) {
  const std::unique_ptr<void, decltype(&tjDestroy)> encoder(tjInitCompress(), &tjDestroy);
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  const int flags = scans == JpegScans::progressive ? TJFLAG_PROGRESSIVE : 0;
  if (!encoder || tjCompress2(encoder.get(), picture.rgba.data(), picture.width, 0, picture.height,
                              TJPF_RGBA, &jpeg, &size, TJSAMP_420, quality, flags) != 0) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<unsigned char, decltype(&tjFree)> owner(jpeg, &tjFree);
  return {jpeg, jpeg + size};
}

std::vector<std::uint8_t> encode_webp(const Picture& picture, int quality) {
  std::uint8_t* webp = nullptr;
  const std::size_t size = WebPEncodeRGBA(picture.rgba.data(), picture.width, picture.height,
                                          4 * picture.width, static_cast<float>(quality), &webp);
  const std::unique_ptr<std::uint8_t, decltype(&WebPFree)> owner(webp, &WebPFree);
  if (size == 0) {
    throw std::bad_alloc();
  }
  return {webp, webp + size};
}

}  // namespace inkling::pictures
