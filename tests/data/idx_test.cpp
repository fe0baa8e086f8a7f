#include "data/idx.h"

#include <functional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/gzip.h"
#include "tests/support/idx_files.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What the call complains about; fails the test when it does not complain, or not in one line.
std::string complaint(const std::function<void()>& call) {
  try {
    call();
  } catch (const IdxError& error) {
    std::string what = error.what();
    EXPECT_THAT(what, Not(HasSubstr("\n")));
    return what;
  }
  ADD_FAILURE() << "expected an IdxError, received none";
  return {};
}

std::string complaint_about(const ByteVector& bytes) {
  return complaint([&] { parse_idx(bytes, "digits"); });
}

std::string complaint_about_gz(const ByteVector& bytes) {
  return complaint([&] { parse_idx_gz(bytes, "digits.gz"); });
}

ByteVector counting(std::size_t count) {
  ByteVector values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::uint8_t>(i * 37);
  }
  return values;
}

const ByteVector& sound() {
  static const ByteVector kBytes = idx_bytes({2, 3, 4}, counting(24));
  return kBytes;
}

TEST(Idx, ReadsDimensionsAndValues) {
  const IdxArray array = parse_idx(sound(), "digits");
  EXPECT_THAT(array.dimensions, ElementsAre(2, 3, 4));
  EXPECT_EQ(array.values, counting(24));
}

TEST(Idx, ReadsBytesMostSignificantFirst) {
  const IdxArray array = parse_idx(idx_bytes({0x0102}, counting(0x0102)), "labels");
  EXPECT_THAT(array.dimensions, ElementsAre(258));
}

TEST(Idx, ReadsTheSameFromGzip) {
  const IdxArray array = parse_idx_gz(gzip_bytes(sound()), "digits.gz");
  EXPECT_THAT(array.dimensions, ElementsAre(2, 3, 4));
  EXPECT_EQ(array.values, counting(24));
}

TEST(Idx, AcceptsADimensionOfZero) {
  EXPECT_TRUE(parse_idx(idx_bytes({0, 28, 28}, {}), "none").values.empty());
}

TEST(Idx, WritesWhatItReads) {
  const IdxArray array = {{2, 1, 300}, std::vector<std::uint8_t>(600, 7)};
  const IdxArray read = parse_idx(idx_bytes(array), "written");
  EXPECT_EQ(read.dimensions, array.dimensions);
  EXPECT_EQ(read.values, array.values);
  EXPECT_THROW(idx_bytes({{2, 3}, std::vector<std::uint8_t>(5)}), std::invalid_argument);
  EXPECT_THROW(idx_bytes({{}, {7}}), std::invalid_argument);
  EXPECT_THROW(idx_bytes({{1, 1, 1, 1, 1}, {7}}), std::invalid_argument);
}

TEST(Idx, RejectsEveryTruncation) {
  for (std::size_t length = 0; length < sound().size(); ++length) {
    const ByteVector cut(sound().begin(), sound().begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THAT(complaint_about(cut), HasSubstr("digits: expected")) << length;
  }
}

TEST(Idx, RejectsEveryTruncationOfGzip) {
  const ByteVector packed = gzip_bytes(sound());
  for (std::size_t length = 0; length < packed.size(); ++length) {
    const ByteVector cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THAT(complaint_about_gz(cut), HasSubstr("cut short")) << length;
  }
}

TEST(Idx, ChecksLengthThenMagicThenFields) {
  EXPECT_THAT(complaint_about({}), HasSubstr("at least 4 bytes, received 0"));
  EXPECT_THAT(complaint_about({1, 2, 3}), HasSubstr("at least 4 bytes, received 3"));
  EXPECT_THAT(complaint_about({1, 2, 3, 9}), HasSubstr("two zero bytes, received 0x01 0x02"));
  EXPECT_THAT(complaint_about({0, 0, 0x0d, 9}), HasSubstr("unsigned byte), received type 0x0d"));
  EXPECT_THAT(complaint_about({0, 0, 8, 0}), HasSubstr("1 to 4 dimensions, received 0"));
  EXPECT_THAT(complaint_about({0, 0, 8, 5}), HasSubstr("1 to 4 dimensions, received 5"));
  EXPECT_THAT(complaint_about({0, 0, 8, 2, 0, 0, 0, 1}),
              HasSubstr("header of 12 bytes for 2 dimensions, received 8"));
}

TEST(Idx, SaysHowManyValuesAreMissingOrTooMany) {
  EXPECT_THAT(complaint_about(idx_bytes({2, 3}, counting(5))),
              HasSubstr("expected 6 values (2 x 3), received 5"));
  EXPECT_THAT(complaint_about(idx_bytes({2, 3}, counting(8))),
              HasSubstr("received 2 more bytes after them"));
}

TEST(Idx, SaysWhatToDo) {
  EXPECT_THAT(complaint_about({1, 2, 3, 4}), HasSubstr("script/fetch-mnist"));
  EXPECT_THAT(complaint_about(gzip_bytes(sound())), HasSubstr("let its name end in .gz"));
}

TEST(Idx, RejectsDimensionsWhoseProductOverflows) {
  constexpr std::uint32_t kMax = 0xffffffff;
  for (const auto& dimensions : std::vector<std::vector<std::uint32_t>>{
           {kMax},
           {kMax, kMax},
           {kMax, kMax, kMax, kMax},
           {0x80000000, 2, 0x80000000, 4},  // 2^65: zero in 64 bits
           {1u << 31, 1u << 31, 4},         // 2^64: zero in 64 bits
       }) {
    EXPECT_THAT(complaint_about(idx_bytes(dimensions, counting(16))),
                HasSubstr("at most 1073741824 values"));
    EXPECT_THAT(complaint_about_gz(gzip_bytes(idx_bytes(dimensions, counting(16)))),
                HasSubstr("at most 1073741824 values"));
  }
}

TEST(Idx, RejectsGzipThatIsNone) {
  EXPECT_THAT(complaint_about_gz(sound()), HasSubstr("expected gzip data"));
}

TEST(Idx, RejectsBytesAfterTheGzipStream) {
  ByteVector packed = gzip_bytes(sound());
  packed.insert(packed.end(), {1, 2, 3});
  EXPECT_THAT(complaint_about_gz(packed), HasSubstr("one gzip stream, received 3 more bytes"));
}

TEST(Idx, RejectsAWrongGzipChecksum) {
  ByteVector packed = gzip_bytes(sound());
  packed[packed.size() - 8] ^= 1;  // the checksum's first byte
  EXPECT_THAT(complaint_about_gz(packed), HasSubstr("damaged"));
}

TEST(Idx, RejectsAGzipStreamThatHoldsMoreThanItsHeaderSays) {
  EXPECT_THAT(complaint_about_gz(gzip_bytes(idx_bytes({2, 3}, counting(7)))),
              HasSubstr("received a gzip stream that holds more"));
}

TEST(Gzip, InflatesNoMoreThanAllowed) {
  const ByteVector bomb = gzip_bytes(ByteVector(std::size_t{32} << 20));
  const GzipResult result = gunzip(bomb, 1000);
  EXPECT_EQ(result.end, GzipEnd::limited);
  EXPECT_EQ(result.bytes.size(), 1000U);
  EXPECT_LE(result.bytes.capacity(), 1000U);
}

TEST(Gzip, DistinguishesExactlyFullFromTooMuch) {
  const ByteVector packed = gzip_bytes(sound());
  EXPECT_EQ(gunzip(packed, sound().size()).end, GzipEnd::complete);
  EXPECT_EQ(gunzip(packed, sound().size() - 1).end, GzipEnd::limited);
}

// Whatever the bytes are: an array that agrees with its own dimensions, or an IdxError; nothing
// else, no bad access.
void feed(const ByteVector& bytes,
          IdxArray (*parse)(std::span<const std::uint8_t>, const std::string&)) {
  try {
    const IdxArray array = parse(bytes, "fuzz");
    std::size_t product = 1;
    for (const std::uint32_t dimension : array.dimensions) {
      product *= dimension;
    }
    EXPECT_EQ(array.values.size(), product);
  } catch (const IdxError& error) {
    EXPECT_THAT(error.what(), HasSubstr("fuzz: expected"));
  }
}

TEST(Idx, SurvivesRandomCorruption) {
  const ByteVector packed = gzip_bytes(sound());
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    ByteVector plain = sound();
    ByteVector gz = packed;
    for (int change = 0; change <= round % 4; ++change) {
      plain[random() % plain.size()] = static_cast<std::uint8_t>(random());
      gz[random() % gz.size()] = static_cast<std::uint8_t>(random());
    }
    feed(plain, parse_idx);
    feed(gz, parse_idx_gz);
    feed(gzip_bytes(plain), parse_idx_gz);
  }
}

TEST(Idx, ReadsPlainAndGzipFilesByTheirNames) {
  const TemporaryFolder folder;
  write_file(folder.path() / "plain", sound());
  write_file(folder.path() / "packed.gz", gzip_bytes(sound()));
  EXPECT_EQ(read_idx(folder.path() / "plain").values, counting(24));
  EXPECT_EQ(read_idx(folder.path() / "packed.gz").values, counting(24));
}

TEST(Idx, NamesTheFileThatIsMissingOrNoFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(complaint([&] { read_idx(folder.path() / "absent"); }),
              HasSubstr("absent: expected a file, received nothing there"));
  EXPECT_THAT(complaint([&] { read_idx(folder.path()); }), HasSubstr("received something else"));
}

}  // namespace
}  // namespace inkling
