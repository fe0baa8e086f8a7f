#include "server/http/header_text.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(WholeNumber, IsADecimalNumberAndNothingElse) {
  EXPECT_EQ(whole_number("0"), 0);
  EXPECT_EQ(whole_number("012"), 12);
  EXPECT_EQ(whole_number("-3"), -3);
  EXPECT_EQ(whole_number("9223372036854775807"), INT64_MAX);
  for (const std::string text : {"", "-", "+1", " 1", "1 ", "1.5", "0x10", "1e3", "one",
                                 "9223372036854775808", "99999999999999999999"}) {
    EXPECT_EQ(whole_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(whole_number(std::string_view("12").substr(0, 1)), 1) << "not what is behind it";
}

TEST(PercentDecoded, KeepsWhatSeparatesAndWhatIsNoNumber) {
  EXPECT_EQ(percent_decoded("/a%20b%2e"), "/a b.");
  EXPECT_EQ(percent_decoded("/a%2fb%2Fc"), "/a%2fb%2Fc");
  EXPECT_EQ(percent_decoded("%zz%4%"), "%zz%4%");
}

TEST(Cut, TakesTheFrontOrAll) {
  std::string_view rest = "a, b";
  EXPECT_EQ(cut(rest, ", "), "a");
  EXPECT_EQ(rest, "b");
  EXPECT_EQ(cut(rest, ", "), "b");
  EXPECT_EQ(rest, "");
  EXPECT_EQ(cut(rest, ", "), "");
}

}  // namespace
}  // namespace inkling
