#include "data/class_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/idx.h"

namespace inkling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Parse>
std::string complaint(const Parse& parse, const std::string& text) {
  try {
    parse(text, "names");
  } catch (const IdxError& error) {
    return error.what();
  }
  return "no IdxError";
}

TEST(ClassNames, AreOneALine) {
  EXPECT_THAT(parse_class_names("T-shirt/top\nお\nAnkle boot\n\n", "f"),
              ElementsAre("T-shirt/top", "お", "Ankle boot"));
}

TEST(ClassNames, RejectWhatNamesNoClass) {
  const auto of = [](const std::string& text) { return complaint(parse_class_names, text); };
  EXPECT_THAT(of("\n\n"), HasSubstr("names: expected 1 to 256 classes, one a line, received 0"));
  std::string many;
  for (int i = 0; i < 257; ++i) {
    many += std::to_string(i) + "\n";
  }
  EXPECT_THAT(of(many), HasSubstr("received 257"));
  EXPECT_THAT(of("a\n\nb"), HasSubstr("names:2: expected a name of 1 to 64 bytes, received 0"));
  EXPECT_THAT(of(std::string(65, 'a')), HasSubstr("received 65"));
  EXPECT_THAT(of("a\nb\na"), HasSubstr("names:3: expected a name for each class, received a"));
}

TEST(ClassNames, RejectWhatIsNoText) {
  for (const char* bytes : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                            "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF", "a\tb", "\x7F"}) {
    EXPECT_THAT(complaint(parse_class_names, bytes), HasSubstr("UTF-8")) << bytes;
  }
  for (const char* name : {"é", "€", "😀", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(parse_class_names(name, "f").front(), name);
  }
}

TEST(EmnistMapping, GivesLabelsAndFirstCharacters) {
  const LabelMapping mapping = parse_emnist_mapping("1 65 97\n5 48\n", "f");
  EXPECT_THAT(mapping.labels, ElementsAre(1, 5));
  EXPECT_THAT(mapping.names, ElementsAre("A", "0"));
}

TEST(EmnistMapping, RejectsOtherLines) {
  for (const char* text : {"1", "x 65", "256 65", "-1 65", "1 32", "1 127", "1 65\n1 66", ""}) {
    EXPECT_THAT(complaint(parse_emnist_mapping, text), HasSubstr("expected")) << text;
  }
}

}  // namespace
}  // namespace inkling
