// The format against truncation at every byte, random corruption, and each lie a header can tell.
// Run under ASan and UBSan.
#include "engine/io/safetensors.h"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/support/damage.h"

namespace inkling {
namespace {

std::vector<std::byte> to_bytes(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

// A file with this header and so many bytes of data.
std::vector<std::byte> file_of(const std::string& header, std::size_t data_size) {
  std::string text;
  for (int i = 0; i < 8; ++i) {
    text.push_back(static_cast<char>(header.size() >> (8 * i)));
  }
  return to_bytes(text + header + std::string(data_size, 'x'));
}

std::string message(const std::vector<std::byte>& bytes) {
  try {
    parse_safetensors(bytes, "F");
  } catch (const WeightsError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::byte> sound_file() {
  static const std::vector<std::byte> kData = to_bytes("0123456789abcdefghijklmn");
  Safetensors contents;
  contents.metadata["who"] = "a test with \"quotes\"";
  contents.tensors.push_back({"first", "F32", {2, 2}, std::span(kData).subspan(0, 16)});
  contents.tensors.push_back({"none", "F64", {0, 3}, {}});
  contents.tensors.push_back({"second", "F16", {4}, std::span(kData).subspan(16, 8)});
  return serialize_safetensors(contents);
}

TEST(Safetensors, SurvivesWritingAndReading) {
  const auto bytes = sound_file();
  const Safetensors contents = parse_safetensors(bytes, "F");
  EXPECT_EQ(contents.metadata.at("who"), "a test with \"quotes\"");
  ASSERT_EQ(contents.tensors.size(), 3U);
  EXPECT_EQ(contents.tensors[0].name, "first");
  EXPECT_EQ(contents.tensors[0].shape, (Shape{2, 2}));
  EXPECT_EQ(contents.tensors[2].dtype, "F16");
  EXPECT_EQ(std::memcmp(contents.tensors[2].bytes.data(), "ghijklmn", 8), 0);
  EXPECT_EQ(bytes.size() % 8, 0U) << "the data begins aligned";
}

TEST(Safetensors, RejectsAFileCutAtAnyByte) {
  const auto bytes = sound_file();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of its own, so that ASan sees a read beyond the cut.
    const std::vector<std::byte> cut(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(message(cut), "no error") << size;
  }
}

TEST(Safetensors, SurvivesRandomCorruption) {
  const auto bytes = sound_file();
  for (std::uint32_t round = 0; round < 20'000; ++round) {
    message(damaged(bytes, round, bytes.size()));  // must neither crash nor throw anything else
  }
}

TEST(Safetensors, RejectsEachInconsistencyInOneLine) {
  const auto tensor = [](const std::string& dtype, const std::string& shape,
                         const std::string& offsets) {
    return R"({"t":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}}";
  };
  EXPECT_EQ(message(to_bytes("short")),
            "F: expected a safetensors file of at least 8 bytes, received 5");
  EXPECT_EQ(message(file_of("[]", 0)),
            "F: expected a header that begins with '{' (no safetensors file)");
  EXPECT_EQ(message(file_of("{,}", 0)),
            "F: expected a header of JSON, received something else (damaged)");
  EXPECT_EQ(message(file_of(tensor("\"F99\"", "[1]", "[0,4]"), 4)),
            "F: tensor \"t\": expected a dtype such as F32 or F16, received \"F99\"");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[2]", "[0,4]"), 4)),
            "F: tensor \"t\": expected a shape that the file's bytes can hold");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[1]", "[0,8]"), 8)),
            "F: tensor \"t\": expected 4 bytes for shape [1], received 8");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[-1]", "[0,4]"), 4)),
            "F: expected whole numbers as tensor \"t\"'s shape");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[4294967296,4294967296]", "[0,4]"), 4)),
            "F: tensor \"t\": expected a shape that the file's bytes can hold");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[1]", "[4,8]"), 4)),
            "F: tensor \"t\": expected offsets within the file's 4 bytes of data, received 4 to 8 "
            "(cut short?)");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[1]", "[4,0]"), 4)),
            "F: tensor \"t\": expected offsets within the file's 4 bytes of data, received 4 to 0 "
            "(cut short?)");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[1]", "[4,8]"), 8)),
            "F: tensor \"t\": expected its bytes to follow the tensor before it, received a gap");
  EXPECT_EQ(message(file_of(tensor("\"F32\"", "[1]", "[0,4]"), 6)),
            "F: expected the tensors to cover all 6 bytes of data, received 2 more");
  const std::string overlap = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                              R"("b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})";
  EXPECT_EQ(message(file_of(overlap, 6)),
            "F: tensor \"b\": expected its bytes to follow the tensor before it, received an "
            "overlap");
  EXPECT_EQ(message(file_of(R"({"__metadata__":{"a":1}})", 0)),
            "F: expected text as the metadata's \"a\"");
  EXPECT_EQ(message(file_of(R"({"t":{"dtype":"F32"}})", 0)),
            "F: tensor \"t\": expected dtype, shape and data_offsets");
}

TEST(Safetensors, RejectsAHeaderSizeThatTheFileDoesNotHave) {
  auto bytes = file_of("{}", 0);
  for (const unsigned size : {3U, 0xFFU}) {
    bytes[7] = static_cast<std::byte>(size);
    EXPECT_NE(message(bytes).find("expected a header that fits"), std::string::npos);
  }
}

TEST(Safetensors, SurvivesAHeaderNestedAMillionDeep) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_EQ(
      message(file_of(R"({"t":{"dtype":)" + deep + R"(,"shape":[1],"data_offsets":[0,4]}})", 4)),
      "F: tensor \"t\": expected a dtype such as F32 or F16, received array");
}

TEST(Safetensors, RejectsBytesThatDoNotFitTheShape) {
  const auto data = to_bytes("1234");
  Safetensors contents;
  contents.tensors.push_back({"t", "F32", {2}, data});
  EXPECT_THROW(serialize_safetensors(contents), std::invalid_argument);
}

}  // namespace
}  // namespace inkling
