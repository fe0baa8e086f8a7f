#include "server/http/json_text.h"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace inkling {
namespace {

TEST(JsonText, IsWhatAParserReadsBack) {
  EXPECT_EQ(JsonObject().text(), "{}");
  EXPECT_EQ(JsonObject()
                .add("a", "b")
                .add("n", 1)
                .add("d", 0.25)
                .add("t", true)
                .add_json("list", json_array(std::array{1, 2}, [](int i) { return to_json(i); }))
                .add_json("none", "null")
                .text(),
            R"({"a":"b","n":1,"d":0.25,"t":true,"list":[1,2],"none":null})");
}

TEST(JsonText, ArraysTakeWhatIsJsonAlready) {
  EXPECT_EQ(json_array(std::vector<std::string>{"{}", "1", "\"a\""}), R"([{},1,"a"])");
  EXPECT_EQ(json_array(std::vector<std::string>()), "[]");
}

TEST(JsonText, EscapesAndReplaces) {
  EXPECT_EQ(to_json("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(to_json("\xff"), "\"\xEF\xBF\xBD\"") << "no UTF-8";
}

TEST(JsonText, NumbersAreTheShortestThatAreReadAsTheSame) {
  EXPECT_EQ(to_json(0.1), "0.1");
  EXPECT_EQ(to_json(1.0), "1.0");
}

}  // namespace
}  // namespace inkling
