// A decoded picture, what is thrown for one that cannot be decoded, and how large it may be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace inkling {

// A picture whose bytes are wrong or larger than is accepted. what() is one line that may be shown
// to whoever sent it.
class PictureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Straight (not premultiplied) 8-bit RGBA, row by row from the top left.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;  // width * height * 4
};

// What a decoded picture of so many pixels takes, and prepare() of it: its bytes, its luminance
// and, of the pixels that it works on, eight numbers each.
inline std::size_t memory_when_decoded(std::int64_t pixels) {
  constexpr std::int64_t kWorkingPixels = 1'100'000;
  return static_cast<std::size_t>(8 * pixels + 32 * std::min(pixels, kWorkingPixels));
}

// For the formats of photographs, which are scaled down while they are decoded.
struct PhotoLimits {
  // width * height of what is sent, read before anything is allocated: what a phone takes.
  std::int64_t max_pixels = std::int64_t{4096} * 3072;
  // A picture of more is decoded in fewer: a digit of a tenth of its height has still enough.
  std::int64_t enough_pixels = 1'500'000;
};

// WebP's own is one less. A longer picture is a line, whose preparation takes several times as long
// as that of a square of as many pixels.
inline constexpr std::uint64_t kMaxPictureSide = 16'384;

// Throws PictureError where a picture has more pixels than that, or a side longer than
// kMaxPictureSide. Its sides have 32 bits.
inline void check_picture_size(std::uint64_t width, std::uint64_t height, std::int64_t max_pixels) {
  const auto expect_at_most = [&](std::uint64_t most, const char* unit) {
    throw PictureError("Expected a picture of at most " + std::to_string(most) + unit +
                       ", received " + std::to_string(width) + " x " + std::to_string(height) +
                       "; make it smaller.");
  };
  if (width * height > static_cast<std::uint64_t>(max_pixels)) {
    expect_at_most(static_cast<std::uint64_t>(max_pixels), " pixels");
  }
  if (std::max(width, height) > kMaxPictureSide) {
    expect_at_most(kMaxPictureSide, " pixels a side");
  }
}

}  // namespace inkling
