#include "data/webp.h"

#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <webp/encode.h>

#include "tests/data/exif_sample.h"

namespace inkling {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

// Left half dark, right half light, the last row transparent.
Bytes two_halves(int width, int height, bool lossless) {
  Bytes rgba;
  for (int i = 0; i < width * height; ++i) {
    const std::uint8_t gray = i % width < width / 2 ? 20 : 230;
    const std::uint8_t alpha = i / width == height - 1 ? 0 : 255;
    rgba.insert(rgba.end(), {gray, gray, gray, alpha});
  }
  std::uint8_t* webp = nullptr;
  const std::size_t size =
      lossless ? WebPEncodeLosslessRGBA(rgba.data(), width, height, 4 * width, &webp)
               : WebPEncodeRGBA(rgba.data(), width, height, 4 * width, 95, &webp);
  Bytes bytes(webp, webp + size);
  WebPFree(webp);
  return bytes;
}

void append(Bytes& bytes, std::string_view name, const Bytes& content) {
  bytes.insert(bytes.end(), name.begin(), name.end());
  for (std::size_t i = 0; i < 4; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(content.size() >> 8 * i));
  }
  bytes.insert(bytes.end(), content.begin(), content.end());
  bytes.resize(bytes.size() + content.size() % 2);
}

// In the extended format (RFC 9649), whose flags say what else there is.
Bytes extended(const Bytes& simple, int width, int height, std::uint8_t flags, const Bytes& exif) {
  Bytes chunks = {'W', 'E', 'B', 'P'};
  append(chunks, "VP8X",
         {flags, 0, 0, 0, static_cast<std::uint8_t>(width - 1), 0, 0,
          static_cast<std::uint8_t>(height - 1), 0, 0});
  chunks.insert(chunks.end(), simple.begin() + 12, simple.end());
  append(chunks, "EXIF", exif);
  Bytes file;
  append(file, "RIFF", chunks);
  return file;
}
constexpr std::uint8_t kHasExif = 0x08;
constexpr std::uint8_t kIsAnimation = 0x02;

int red_at(const Picture& picture, int x, int y) {
  return picture.rgba[4 * static_cast<std::size_t>(y * picture.width + x)];
}

std::string complaint_about(const Bytes& bytes, const WebpLimits& limits = {}) {
  try {
    decode_webp(bytes, limits);
  } catch (const PictureError& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected a PictureError, received none";
  return {};
}

TEST(Webp, DecodesBothKinds) {
  for (const bool lossless : {false, true}) {
    const Picture picture = decode_webp(two_halves(32, 16, lossless));
    ASSERT_EQ(picture.width, 32);
    ASSERT_EQ(picture.height, 16);
    EXPECT_NEAR(red_at(picture, 2, 8), 20, 4);
    EXPECT_NEAR(red_at(picture, 29, 8), 230, 4);
    EXPECT_EQ(picture.rgba[3], 255);
    EXPECT_EQ(picture.rgba.back(), 0) << "the last row is transparent";
  }
}

TEST(Webp, TurnsThePictureUpright) {
  const Bytes lossless = two_halves(32, 16, true);
  const Picture picture =
      decode_webp(extended(lossless, 32, 16, kHasExif, tiff_with_orientation(6, false)));
  ASSERT_EQ(picture.width, 16);
  ASSERT_EQ(picture.height, 32);
  EXPECT_EQ(red_at(picture, 8, 2), 20);
  EXPECT_EQ(red_at(picture, 8, 29), 230);
}

TEST(Webp, RefusesAnAnimation) {
  const Bytes animation = extended(two_halves(8, 8, false), 8, 8, kIsAnimation, {});
  EXPECT_THAT(complaint_about(animation), HasSubstr("received an animation"));
}

TEST(Webp, ALargePictureComesSmaller) {
  WebpLimits limits;
  limits.enough_pixels = 16 * 8;
  for (const bool lossless : {false, true}) {
    const Picture picture = decode_webp(two_halves(64, 32, lossless), limits);
    ASSERT_EQ(picture.width, 16);
    ASSERT_EQ(picture.height, 8);
    EXPECT_NEAR(red_at(picture, 1, 4), 20, 4);
    EXPECT_NEAR(red_at(picture, 14, 4), 230, 4);
  }
  limits.enough_pixels = 1;
  EXPECT_EQ(decode_webp(two_halves(64, 8, true), limits).height, 1);
}

TEST(Webp, AcceptsAsManyPixelsAsAllowedAndNotOneMore) {
  WebpLimits limits;
  limits.max_pixels = 64;
  EXPECT_EQ(decode_webp(two_halves(8, 8, false), limits).width, 8);
  limits.max_pixels = 63;
  EXPECT_THAT(complaint_about(two_halves(8, 8, false), limits),
              HasSubstr("at most 63 pixels, received 8 x 8"));
  limits.max_pixels = 64;
  limits.max_lossless_pixels = 63;
  EXPECT_EQ(decode_webp(two_halves(8, 8, false), limits).width, 8);
  EXPECT_THAT(complaint_about(two_halves(8, 8, true), limits), HasSubstr("at most 63 pixels"));
}

TEST(Webp, RefusesEveryTruncation) {
  for (const bool lossless : {false, true}) {
    const Bytes webp = two_halves(16, 16, lossless);
    for (std::size_t length = 0; length + 1 < webp.size(); ++length) {
      const Bytes cut(webp.begin(), webp.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_THAT(complaint_about(cut), HasSubstr("damaged or incomplete")) << length;
    }
  }
}

TEST(Webp, EveryFlippedBitIsReadOrRefused) {
  const Bytes webp =
      extended(two_halves(16, 16, true), 16, 16, kHasExif, tiff_with_orientation(8, false));
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * webp.size(); ++bit) {
    Bytes flipped = webp;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    try {
      const Picture picture = decode_webp(flipped);
      EXPECT_EQ(picture.rgba.size(), static_cast<std::size_t>(picture.width) *
                                         static_cast<std::size_t>(picture.height) * 4);
    } catch (const PictureError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace inkling
