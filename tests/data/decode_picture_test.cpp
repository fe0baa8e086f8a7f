#include "data/decode_picture.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include "data/png.h"

namespace inkling {
namespace {

using testing::HasSubstr;
using testing::Not;
using Bytes = std::vector<std::uint8_t>;

constexpr int kSide = 16;
const Bytes kGray(std::size_t{kSide} * kSide, 128);

Bytes jpeg() {
  tjhandle encoder = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(encoder, kGray.data(), kSide, 0, kSide, TJPF_GRAY, &out, &size, TJSAMP_GRAY,
                        90, 0),
            0);
  Bytes bytes(out, out + size);
  tjFree(out);
  tjDestroy(encoder);
  return bytes;
}

Bytes webp() {
  const Bytes rgb(kGray.size() * 3, 128);
  std::uint8_t* out = nullptr;
  const std::size_t size = WebPEncodeLosslessRGB(rgb.data(), kSide, kSide, 3 * kSide, &out);
  Bytes bytes(out, out + size);
  WebPFree(out);
  return bytes;
}

std::string complaint_about(const Bytes& bytes) {
  try {
    decode_picture(bytes);
  } catch (const PictureError& error) {
    std::string what = error.what();
    EXPECT_THAT(what, Not(HasSubstr("\n")));
    return what;
  }
  ADD_FAILURE() << "expected a PictureError, received none";
  return {};
}

TEST(DecodePicture, TellsTheFormatsApartByTheirContent) {
  for (const Bytes& bytes : {encode_gray_png(kGray, kSide, kSide), jpeg(), webp()}) {
    const Picture picture = decode_picture(bytes);
    EXPECT_EQ(picture.width, kSide);
    EXPECT_EQ(picture.height, kSide);
    EXPECT_EQ(picture.rgba[0], 128);
    EXPECT_EQ(picture.rgba[3], 255);
  }
}

// What it takes can be told from its header: the pixels that it says to have, times bytes of each.
TEST(MemoryToDecode, GrowsWithThePicture) {
  const Bytes large = encode_gray_png(Bytes(std::size_t{1000} * 1000), 1000, 1000);
  const std::size_t pixels = std::size_t{1000} * 1000;
  EXPECT_GT(memory_to_decode(large), 8 * pixels);  // its RGBA and its luminance
  EXPECT_LT(memory_to_decode(large), 80 * pixels);
  for (const Bytes& bytes : {encode_gray_png(kGray, kSide, kSide), jpeg(), webp()}) {
    EXPECT_GT(memory_to_decode(bytes), std::size_t{8} * kSide * kSide);
    EXPECT_LT(memory_to_decode(bytes), std::size_t{80} * kSide * kSide + bytes.size());
  }
}

TEST(MemoryToDecode, IsNoneForWhatIsRefusedAtOnce) {
  const std::string text = "GIF89a";
  EXPECT_EQ(memory_to_decode({}), 0U);
  EXPECT_EQ(memory_to_decode(Bytes(text.begin(), text.end())), 0U);
  for (const Bytes& bytes : {encode_gray_png(kGray, kSide, kSide), jpeg(), webp()}) {
    EXPECT_EQ(memory_to_decode(Bytes(bytes.begin(), bytes.begin() + 20)), 0U);
  }
}

TEST(DecodePicture, NamesTheFormatOfADamagedPicture) {
  for (const auto& [bytes, name] : {std::pair{encode_gray_png(kGray, kSide, kSide), "PNG"},
                                    {jpeg(), "JPEG"},
                                    {webp(), "WebP"}}) {
    const Bytes cut(bytes.begin(), bytes.begin() + 20);
    EXPECT_THAT(complaint_about(cut), HasSubstr("received one that is damaged or incomplete; save "
                                                "it again as " +
                                                std::string(name)));
  }
}

TEST(DecodePicture, ReportsWhatWasReceived) {
  const auto said_of = [](const std::string& text) {
    return complaint_about(Bytes(text.begin(), text.end()));
  };
  EXPECT_THAT(said_of(""), HasSubstr("received no bytes at all"));
  EXPECT_THAT(said_of("GIF89a"), HasSubstr("received a GIF picture"));
  EXPECT_THAT(said_of("BM......"), HasSubstr("received a BMP picture"));
  EXPECT_THAT(said_of("%PDF-1.7"), HasSubstr("received a PDF document"));
  EXPECT_THAT(said_of("....ftypheic...."), HasSubstr("received a HEIC picture"));
  EXPECT_THAT(said_of("....ftypavif"), HasSubstr("received an AVIF picture"));
  EXPECT_THAT(said_of("RIFF....WAVEfmt "), HasSubstr("received something else"));
  EXPECT_THAT(said_of("hello"),
              HasSubstr("Expected a PNG, JPEG or WebP picture, received something else"));
}

TEST(DecodePicture, RepeatsNothingOfTheInput) {
  const std::string text = "<script>alert(1)</script>";
  EXPECT_THAT(complaint_about(Bytes(text.begin(), text.end())), Not(HasSubstr("script")));
}

}  // namespace
}  // namespace inkling
