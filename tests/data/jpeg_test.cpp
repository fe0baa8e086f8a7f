#include "data/jpeg.h"

#include <cstdlib>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include "tests/data/exif_sample.h"

namespace inkling {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

// A JPEG of one gray level, whose left half is `left`.
Bytes two_halves(int width, int height, std::uint8_t left, std::uint8_t right, int flags = 0) {
  std::vector<std::uint8_t> gray;
  for (int i = 0; i < width * height; ++i) {
    gray.push_back(i % width < width / 2 ? left : right);
  }
  const std::unique_ptr<void, decltype(&tjDestroy)> encoder(tjInitCompress(), &tjDestroy);
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(encoder.get(), gray.data(), width, 0, height, TJPF_GRAY, &jpeg, &size,
                        TJSAMP_GRAY, 95, flags),
            0);
  Bytes bytes(jpeg, jpeg + size);
  tjFree(jpeg);
  return bytes;
}

Bytes with_exif(Bytes jpeg, std::uint8_t orientation) {
  Bytes segment = {0xff, 0xe1, 0, 0, 'E', 'x', 'i', 'f', 0, 0};
  const Bytes tiff = tiff_with_orientation(orientation, true);
  segment.insert(segment.end(), tiff.begin(), tiff.end());
  segment[3] = static_cast<std::uint8_t>(segment.size() - 2);
  jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
  return jpeg;
}

int red_at(const Picture& picture, int x, int y) {
  return picture.rgba[4 * static_cast<std::size_t>(y * picture.width + x)];
}

std::string complaint_about(const Bytes& bytes, const PhotoLimits& limits = {}) {
  try {
    decode_jpeg(bytes, limits);
  } catch (const PictureError& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected a PictureError, received none";
  return {};
}

TEST(Jpeg, DecodesBaselineAndProgressive) {
  for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
    const Picture picture = decode_jpeg(two_halves(32, 16, 20, 230, flags));
    ASSERT_EQ(picture.width, 32);
    ASSERT_EQ(picture.height, 16);
    EXPECT_NEAR(red_at(picture, 2, 8), 20, 3);
    EXPECT_NEAR(red_at(picture, 29, 8), 230, 3);
    EXPECT_EQ(picture.rgba[3], 255);
  }
}

TEST(Jpeg, TurnsThePictureUpright) {
  const Picture picture = decode_jpeg(with_exif(two_halves(32, 16, 20, 230), 6));
  ASSERT_EQ(picture.width, 16);
  ASSERT_EQ(picture.height, 32);
  // Clockwise: what was on the left is above.
  EXPECT_NEAR(red_at(picture, 8, 2), 20, 3);
  EXPECT_NEAR(red_at(picture, 8, 29), 230, 3);
}

TEST(Jpeg, ALargePictureComesSmaller) {
  const Bytes jpeg = two_halves(64, 48, 20, 230);
  PhotoLimits limits;
  limits.enough_pixels = 64 * 48;
  EXPECT_EQ(decode_jpeg(jpeg, limits).width, 64);
  limits.enough_pixels = 64 * 48 - 1;
  EXPECT_EQ(decode_jpeg(jpeg, limits).width, 32);
  limits.enough_pixels = 32 * 24 - 1;
  EXPECT_EQ(decode_jpeg(jpeg, limits).height, 12);
  limits.enough_pixels = 1;
  const Picture smallest = decode_jpeg(jpeg, limits);
  ASSERT_EQ(smallest.width, 8);
  EXPECT_NEAR(red_at(smallest, 0, 3), 20, 3);
  EXPECT_NEAR(red_at(smallest, 7, 3), 230, 3);
}

TEST(Jpeg, AcceptsAsManyPixelsAsAllowedAndNotOneMore) {
  PhotoLimits limits;
  limits.max_pixels = 64;
  EXPECT_EQ(decode_jpeg(two_halves(8, 8, 0, 255), limits).width, 8);
  limits.max_pixels = 63;
  EXPECT_THAT(complaint_about(two_halves(8, 8, 0, 255), limits),
              HasSubstr("at most 63 pixels, received 8 x 8"));
}

TEST(Jpeg, RefusesCmyk) {
  const Bytes inks(std::size_t{16} * 16 * 4, 100);
  const std::unique_ptr<void, decltype(&tjDestroy)> encoder(tjInitCompress(), &tjDestroy);
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  ASSERT_EQ(tjCompress2(encoder.get(), inks.data(), 16, 0, 16, TJPF_CMYK, &jpeg, &size, TJSAMP_444,
                        95, 0),
            0);
  const Bytes bytes(jpeg, jpeg + size);
  tjFree(jpeg);
  EXPECT_THAT(complaint_about(bytes), HasSubstr("received one in CMYK"));
}

TEST(Jpeg, RefusesMoreScansThanAnEncoderMakes) {
  const auto with_more_scans = [](int scans) {
    Bytes jpeg = two_halves(8, 8, 0, 255, TJFLAG_PROGRESSIVE);
    jpeg.erase(jpeg.end() - 2, jpeg.end());  // its end
    for (int scan = 0; scan < scans; ++scan) {
      jpeg.insert(jpeg.end(), {0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0});
    }
    jpeg.insert(jpeg.end(), {0xff, 0xd9});
    return jpeg;
  };
  EXPECT_EQ(decode_jpeg(with_more_scans(40)).width, 8);
  EXPECT_THAT(complaint_about(with_more_scans(64)), HasSubstr("damaged"));
}

TEST(Jpeg, RefusesEveryTruncation) {
  const Bytes jpeg = with_exif(two_halves(16, 16, 20, 230, TJFLAG_PROGRESSIVE), 3);
  for (std::size_t length = 3; length < jpeg.size(); ++length) {
    const Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THAT(complaint_about(cut), HasSubstr("damaged or incomplete")) << length;
  }
}

TEST(Jpeg, EveryFlippedBitIsReadOrRefused) {
  const Bytes jpeg = with_exif(two_halves(16, 16, 20, 230), 8);
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * jpeg.size(); ++bit) {
    Bytes flipped = jpeg;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    try {
      const Picture picture = decode_jpeg(flipped);
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
