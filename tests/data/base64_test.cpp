#include "data/base64.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(Base64, IsThatOfTheStandard) {  // RFC 4648, section 10
  const auto of = [](const std::string& text) {
    return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg==");
  EXPECT_EQ(of("fo"), "Zm8=");
  EXPECT_EQ(of("foo"), "Zm9v");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
  EXPECT_EQ(of("\xFF\xFE\xFD"), "//79");
}

std::optional<std::string> decoded(const std::string& text) {
  const auto bytes = from_base64(text);
  return bytes ? std::optional(std::string(bytes->begin(), bytes->end())) : std::nullopt;
}

TEST(Base64, IsReadBack) {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xFF\xFE\xFD"}) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::string encoded = base64({bytes, text.size()});
    EXPECT_EQ(decoded(encoded), text);
    EXPECT_EQ(decoded(encoded.substr(0, encoded.find('='))), text) << "without padding";
  }
  EXPECT_EQ(decoded("Zm9v\r\nYmFy\n"), "foobar");
}

TEST(Base64, IsNotReadOfOtherText) {
  for (const std::string text :
       {"Z", "Zg=", "Zg===", "Zg=a", "=", "Zm9v=", "Zm9vY", "Zm9v YmFy", "Zm-_", "Zm\x80v"}) {
    EXPECT_EQ(decoded(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace inkling
