#include "bench/pictures/mnist_variants.h"

#include <array>

#include "bench/pictures/encode.h"
#include "data/jpeg.h"

namespace inkling::pictures {
namespace {

constexpr int kSide = 28;

// `factor` times as large, at (left, top) of a canvas of width × height; color says what a pixel of
// the ink is.
template <class Color>
Picture placed(const std::uint8_t* pixels, int factor, int left, int top, int width, int height,
               const Color& color) {
  Picture picture{width, height, {}};
  picture.rgba.reserve(std::size_t{4} * static_cast<std::size_t>(width) *
                       static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside =
          x >= left && y >= top && x < left + factor * kSide && y < top + factor * kSide;
      const int source = (y - top) / factor * kSide + (x - left) / factor;
      const std::array<std::uint8_t, 4> rgba = color(inside ? pixels[source] : std::uint8_t{0});
      picture.rgba.insert(picture.rgba.end(), rgba.begin(), rgba.end());
    }
  }
  return picture;
}

std::array<std::uint8_t, 4> on_black(std::uint8_t ink) { return {ink, ink, ink, 255}; }
std::array<std::uint8_t, 4> on_white(std::uint8_t ink) {
  const auto gray = static_cast<std::uint8_t>(255 - ink);
  return {gray, gray, gray, 255};
}

Picture through_jpeg(const Picture& picture) { return decode_jpeg(encode_jpeg(picture, 85)); }

constexpr std::array<PhotoColumn, 8> kVariants{{
    {"as it is", [](const std::uint8_t* pixels,
                    Random&) { return placed(pixels, 1, 0, 0, kSide, kSide, on_black); }},
    {"enlarged ten times",
     [](const std::uint8_t* pixels, Random&) {
       return placed(pixels, 10, 0, 0, 10 * kSide, 10 * kSide, on_black);
     }},
    {"inverted", [](const std::uint8_t* pixels,
                    Random&) { return placed(pixels, 1, 0, 0, kSide, kSide, on_white); }},
    {"black on transparency, enlarged",
     [](const std::uint8_t* pixels, Random&) {
       return placed(pixels, 10, 0, 0, 10 * kSide, 10 * kSide, [](std::uint8_t ink) {
         return std::array<std::uint8_t, 4>{0, 0, 0, ink};
       });
     }},
    {"white on transparency, enlarged",
     [](const std::uint8_t* pixels, Random&) {
       return placed(pixels, 10, 0, 0, 10 * kSide, 10 * kSide, [](std::uint8_t ink) {
         return std::array<std::uint8_t, 4>{255, 255, 255, ink};
       });
     }},
    {"in the corner of a large canvas",
     [](const std::uint8_t* pixels, Random&) {
       return placed(pixels, 5, 640, 460, 800, 600, on_white);
     }},
    {"JPEG at quality 85",
     [](const std::uint8_t* pixels, Random&) {
       return through_jpeg(placed(pixels, 1, 0, 0, kSide, kSide, on_black));
     }},
    {"JPEG at quality 85, enlarged",
     [](const std::uint8_t* pixels, Random&) {
       return through_jpeg(placed(pixels, 10, 0, 0, 10 * kSide, 10 * kSide, on_black));
     }},
}};

}  // namespace

std::span<const PhotoColumn> mnist_variants() { return kVariants; }

}  // namespace inkling::pictures
