#include "bench/pictures/encode.h"

#include <memory>
#include <new>

#include <lodepng.h>
#include <turbojpeg.h>
#include <webp/encode.h>

namespace inkling::pictures {

std::vector<std::uint8_t> encode_png(const Picture& picture) {
  std::vector<std::uint8_t> png;
  if (lodepng::encode(png, picture.rgba, static_cast<unsigned>(picture.width),
                      static_cast<unsigned>(picture.height)) != 0) {
    throw std::bad_alloc();
  }
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
