#include "data/png.h"

#include <functional>
#include <random>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lodepng.h>
#include <zlib.h>

namespace inkling {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using ByteVector = std::vector<std::uint8_t>;

constexpr std::size_t kAfterHeader = 33;  // signature and IHDR

void append_32(ByteVector& bytes, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

ByteVector chunk(const std::string& type, const ByteVector& data) {
  ByteVector bytes;
  append_32(bytes, static_cast<std::uint32_t>(data.size()));
  bytes.insert(bytes.end(), type.begin(), type.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  append_32(bytes, static_cast<std::uint32_t>(
                       crc32(0, bytes.data() + 4, static_cast<uInt>(bytes.size() - 4))));
  return bytes;
}

ByteVector deflated(const ByteVector& data) {
  uLongf size = compressBound(data.size());
  ByteVector packed(size);
  compress(packed.data(), &size, data.data(), data.size());
  packed.resize(size);
  return packed;
}

// A PNG whose header and pixel data are the test's to choose, whether they agree or not.
ByteVector png_of(std::uint32_t width, std::uint32_t height, std::uint8_t depth,
                  std::uint8_t color_type, const ByteVector& scanlines) {
  ByteVector header;
  append_32(header, width);
  append_32(header, height);
  header.insert(header.end(), {depth, color_type, 0, 0, 0});
  ByteVector png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  for (const ByteVector& part :
       {chunk("IHDR", header), chunk("IDAT", deflated(scanlines)), chunk("IEND", {})}) {
    png.insert(png.end(), part.begin(), part.end());
  }
  return png;
}

ByteVector small_png() {
  const ByteVector gray = {0, 50, 100, 150, 200, 255};
  return encode_gray_png(gray, 3, 2);
}

std::string complaint_about(const ByteVector& bytes, const PngLimits& limits = {}) {
  try {
    decode_png(bytes, limits);
  } catch (const PictureError& error) {
    std::string what = error.what();
    EXPECT_THAT(what, Not(HasSubstr("\n")));
    return what;
  }
  ADD_FAILURE() << "expected a PictureError, received none";
  return {};
}

TEST(Png, GrayComesBackAsItWasEncoded) {
  const Picture picture = decode_png(small_png());
  EXPECT_EQ(picture.width, 3);
  EXPECT_EQ(picture.height, 2);
  ByteVector expected;
  for (const std::uint8_t gray : {0, 50, 100, 150, 200, 255}) {
    expected.insert(expected.end(), {gray, gray, gray, 255});
  }
  EXPECT_EQ(picture.rgba, expected);
}

TEST(Png, EncodesEightBitGrayWhateverTheValues) {
  const ByteVector png = encode_gray_png(ByteVector(4, 255), 2, 2);
  EXPECT_EQ(png[24], 8);  // bit depth
  EXPECT_EQ(png[25], 0);  // color type: gray
}

TEST(Png, EncodingRejectsASizeThatDoesNotFit) {
  EXPECT_THROW(encode_gray_png(ByteVector(5), 3, 2), std::invalid_argument);
  EXPECT_THROW(encode_gray_png(ByteVector(0), 0, 2), std::invalid_argument);
  EXPECT_THROW(encode_gray_png(ByteVector(4), -2, -2), std::invalid_argument);
}

// Color type, bit depth, interlaced.
using Format = std::tuple<LodePNGColorType, unsigned, bool>;

class EveryPngFormat : public ::testing::TestWithParam<Format> {};

// A picture of black, white and the transparent colors that the format can hold, through lodepng's
// own encoder.
TEST_P(EveryPngFormat, DecodesToTheSamePixels) {
  const auto [color_type, depth, interlaced] = GetParam();
  constexpr unsigned kWidth = 11;  // odd, so that rows of few bits end inside a byte
  constexpr unsigned kHeight = 9;
  const bool has_alpha = color_type == LCT_GREY_ALPHA || color_type == LCT_RGBA;
  ByteVector rgba;
  for (unsigned i = 0; i < kWidth * kHeight; ++i) {
    const std::uint8_t gray = i % 3 == 0 ? 255 : 0;
    rgba.insert(rgba.end(),
                {gray, gray, gray, static_cast<std::uint8_t>(has_alpha && i % 5 == 0 ? 0 : 255)});
  }
  lodepng::State state;
  state.encoder.auto_convert = 0;
  state.info_png.interlace_method = interlaced ? 1 : 0;
  state.info_png.color.colortype = color_type;
  state.info_png.color.bitdepth = depth;
  if (color_type == LCT_PALETTE) {
    lodepng_palette_add(&state.info_png.color, 0, 0, 0, 255);
    lodepng_palette_add(&state.info_png.color, 255, 255, 255, 255);
  }
  ByteVector png;
  ASSERT_EQ(lodepng::encode(png, rgba, kWidth, kHeight, state), 0U);
  const Picture picture = decode_png(png);
  EXPECT_EQ(picture.width, static_cast<int>(kWidth));
  EXPECT_EQ(picture.height, static_cast<int>(kHeight));
  EXPECT_EQ(picture.rgba, rgba);
}

INSTANTIATE_TEST_SUITE_P(
    OfTheStandard, EveryPngFormat, ::testing::ValuesIn([] {
      std::vector<Format> formats;
      const std::vector<std::pair<LodePNGColorType, std::vector<unsigned>>> depths = {
          {LCT_GREY, {1, 2, 4, 8, 16}}, {LCT_RGB, {8, 16}},  {LCT_PALETTE, {1, 2, 4, 8}},
          {LCT_GREY_ALPHA, {8, 16}},    {LCT_RGBA, {8, 16}},
      };
      for (const auto& [color_type, of_type] : depths) {
        for (const unsigned depth : of_type) {
          formats.emplace_back(color_type, depth, false);
          formats.emplace_back(color_type, depth, true);
        }
      }
      return formats;
    }()),
    [](const ::testing::TestParamInfo<Format>& format) {
      return "Type" + std::to_string(std::get<0>(format.param)) + "Depth" +
             std::to_string(std::get<1>(format.param)) +
             (std::get<2>(format.param) ? "Interlaced" : "");
    });

TEST(Png, AColorKeyMakesPixelsTransparent) {
  ByteVector png = png_of(2, 1, 8, 0, {0, 10, 20});
  const ByteVector key = chunk("tRNS", {0, 10});
  png.insert(png.begin() + kAfterHeader, key.begin(), key.end());
  const Picture picture = decode_png(png);
  EXPECT_EQ(picture.rgba[3], 0);
  EXPECT_EQ(picture.rgba[7], 255);
}

TEST(Png, RejectsMorePixelsThanAllowedBeforeReadingThem) {
  // The header alone: no pixel data follows, so nothing but the header can have been read.
  ByteVector png = png_of(100000, 100000, 8, 6, {});
  png.resize(kAfterHeader);
  EXPECT_THAT(complaint_about(png), HasSubstr("at most 4000000 pixels, received 100000 x 100000"));
  EXPECT_THAT(complaint_about(png_of(0xffffffff, 0xffffffff, 16, 6, {})), HasSubstr("Expected"));
}

TEST(Png, AcceptsAsManyPixelsAsAllowedAndNotOneMore) {
  PngLimits limits;
  limits.max_pixels = 6;
  EXPECT_EQ(decode_png(small_png(), limits).width, 3);
  limits.max_pixels = 5;
  EXPECT_THAT(complaint_about(small_png(), limits), HasSubstr("at most 5 pixels, received 3 x 2"));
}

TEST(Png, AcceptsSidesAsLongAsAllowedAndNotOneMore) {
  EXPECT_EQ(decode_png(png_of(16384, 1, 8, 0, ByteVector(16385))).width, 16384);
  EXPECT_THAT(complaint_about(png_of(16385, 1, 8, 0, ByteVector(16386))),
              HasSubstr("at most 16384 pixels a side, received 16385 x 1"));
  EXPECT_THAT(complaint_about(png_of(1, 16385, 8, 0, ByteVector(2 * 16385))),
              HasSubstr("at most 16384 pixels a side, received 1 x 16385"));
}

TEST(Png, MemoryIsToldByTheHeaderAlone) {
  constexpr std::uint8_t kGray = 0;
  constexpr std::uint8_t kRgba = 6;
  for (const std::uint32_t side : {100U, 500U, 1000U, 2000U}) {
    const std::size_t pixels = std::size_t{side} * side;
    const std::size_t gray = png_memory(png_of(side, side, 8, kGray, {}));
    const std::size_t rgba = png_memory(png_of(side, side, 16, kRgba, {}));
    EXPECT_GE(gray, (4 + 4) * pixels) << "RGBA and luminance";
    EXPECT_GE(rgba, 2 * 8 * pixels) << "what is inflated, twice";
    EXPECT_LE(rgba, 40 * pixels + 10'000);
  }
  EXPECT_EQ(png_memory(png_of(60'000, 60'000, 8, kGray, {})), 0U) << "it is refused";
}

TEST(Png, RejectsPixelDataThatInflatesToMoreThanThePicture) {
  const ByteVector bomb = png_of(3, 2, 8, 0, ByteVector(std::size_t{64} << 20));
  ASSERT_LT(bomb.size(), std::size_t{1} << 20);
  EXPECT_THAT(complaint_about(bomb), HasSubstr("damaged"));
}

TEST(Png, RejectsPixelDataThatInflatesToMoreThanAllowed) {
  PngLimits limits;
  limits.max_inflated_bytes = 8;  // two rows of a filter byte and three pixels
  EXPECT_EQ(decode_png(small_png(), limits).width, 3);
  limits.max_inflated_bytes = 7;
  EXPECT_THAT(complaint_about(small_png(), limits), HasSubstr("damaged"));
}

TEST(Png, RejectsPixelDataThatIsTooShort) {
  EXPECT_THAT(complaint_about(png_of(3, 2, 8, 0, {0, 1, 2, 3})), HasSubstr("damaged"));
  EXPECT_THAT(complaint_about(png_of(3, 2, 8, 0, {})), HasSubstr("damaged"));
}

// Compressed text and color profiles, each of which would inflate to 16 MB: not read at all, so
// neither wrong nor large.
TEST(Png, RejectsAPaletteThatIsNotOfWholeColors) {
  for (const std::size_t size : {3, 5, 6, 7}) {
    ByteVector png = png_of(1, 1, 8, 3, {0, 0});
    const ByteVector palette = chunk("PLTE", ByteVector(size, 9));
    png.insert(png.begin() + kAfterHeader, palette.begin(), palette.end());
    if (size % 3 == 0) {
      EXPECT_EQ(decode_png(png).rgba[0], 9) << size;
    } else {
      EXPECT_THROW(decode_png(png), PictureError) << size;
    }
  }
}

TEST(Png, SkipsAncillaryChunksUnread) {
  const ByteVector bomb = deflated(ByteVector(std::size_t{16} << 20));
  ByteVector ztxt = {'k', 0, 0};
  ztxt.insert(ztxt.end(), bomb.begin(), bomb.end());
  ByteVector itxt = {'k', 0, 1, 0, 0, 0};
  itxt.insert(itxt.end(), bomb.begin(), bomb.end());
  PngLimits limits;
  limits.max_inflated_bytes = 8;  // what the pixels of small_png() need
  for (const auto& [type, data] : std::vector<std::pair<std::string, ByteVector>>{
           {"zTXt", ztxt}, {"iTXt", itxt}, {"iCCP", ztxt}, {"pHYs", {1, 2, 3}}, {"qqQq", {}}}) {
    ByteVector png = small_png();
    const ByteVector extra = chunk(type, data);
    png.insert(png.begin() + kAfterHeader, extra.begin(), extra.end());
    EXPECT_EQ(decode_png(png, limits).rgba, decode_png(small_png()).rgba) << type;
  }
}

TEST(Png, RejectsEveryTruncation) {
  const ByteVector png = small_png();
  for (std::size_t length = 0; length < png.size(); ++length) {
    const ByteVector cut(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THAT(complaint_about(cut), HasSubstr("Expected a PNG picture, received")) << length;
  }
}

TEST(Png, RejectsEverySingleFlippedBit) {
  const ByteVector png = small_png();
  for (std::size_t bit = 0; bit < 8 * png.size(); ++bit) {
    ByteVector flipped = png;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    // Flipping the bit for "ancillary" in IDAT or IEND makes a chunk that is skipped, and then one
    // that is missing.
    EXPECT_THAT(complaint_about(flipped), HasSubstr("Expected a P")) << bit;
  }
}

// Puts right the checksum of every chunk, so that random changes reach what lies behind them.
void repair_checksums(ByteVector& png) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::size_t size = lodepng_chunk_length(&png[at]);
    if (at + size + 12 > png.size()) {
      return;
    }
    lodepng_chunk_generate_crc(&png[at]);
    at += size + 12;
  }
}

TEST(Png, SurvivesRandomCorruption) {
  const std::vector<ByteVector> originals = {
      small_png(),
      png_of(5, 3, 4, 0, ByteVector(12, 0x5a)),
      png_of(2, 2, 16, 6, ByteVector(34, 3)),
  };
  std::mt19937 random(1);
  PngLimits limits;
  limits.max_pixels = 10000;
  for (int round = 0; round < 6000; ++round) {
    ByteVector png = originals[static_cast<std::size_t>(round) % originals.size()];
    for (int change = 0; change <= round % 4; ++change) {
      png[8 + random() % (png.size() - 8)] = static_cast<std::uint8_t>(random());
    }
    if (round % 2 == 0) {
      repair_checksums(png);
    }
    try {
      const Picture picture = decode_png(png, limits);
      EXPECT_EQ(picture.rgba.size(), std::size_t{4} * picture.width * picture.height);
    } catch (const PictureError& error) {
      EXPECT_THAT(error.what(), HasSubstr("Expected a "));
    }
  }
}

}  // namespace
}  // namespace inkling
