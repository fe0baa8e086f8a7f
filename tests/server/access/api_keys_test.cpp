#include "server/access/api_keys.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/access/digest.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// FIPS 180-2 and RFC 4231, test case 2.
TEST(Digest, IsThatOfTheStandards) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(digest_from_hex(to_hex(sha256("abc"))), sha256("abc"));
  EXPECT_EQ(digest_from_hex(std::string(63, '0')), std::nullopt);
  EXPECT_EQ(digest_from_hex(std::string(63, '0') + 'g'), std::nullopt);
  EXPECT_TRUE(equal_in_constant_time(sha256("abc"), sha256("abc")));
  EXPECT_FALSE(equal_in_constant_time(sha256("abc"), sha256("abd")));
}

TEST(ApiKeys, KnowAKeyByItsDigestAlone) {
  const std::string first = new_api_key();
  const std::string second = new_api_key();
  EXPECT_NE(first, second);
  const std::string text =
      line_of("a", first) + " rate=60 quota=1000\r\n\n# a note\n  " + line_of("b", second);
  EXPECT_THAT(text, AllOf(Not(HasSubstr(first)), Not(HasSubstr(second))));
  const ApiKeys keys = parse_api_keys(text, "keys");
  ASSERT_NE(keys.find(first), nullptr);
  EXPECT_EQ(keys.find(first)->name, "a");
  EXPECT_EQ(keys.find(first)->per_minute, 60);
  EXPECT_EQ(keys.find(first)->per_day, 1000);
  EXPECT_EQ(keys.find(second), keys.named("b"));
  EXPECT_EQ(keys.find(second)->per_minute, std::nullopt);
  for (const std::string& wrong :
       {std::string(), first + "0", first.substr(1), to_hex(sha256(first))}) {
    EXPECT_EQ(keys.find(wrong), nullptr) << wrong;
  }
  EXPECT_EQ(keys.named("c"), nullptr);
}

std::string error_of(const std::string& text) {
  try {
    parse_api_keys(text, "keys");
  } catch (const ApiKeysError& error) {
    return error.what();
  }
  return "";
}

// A line of what should have been the digest may be the key.
TEST(ApiKeys, ErrorsNameTheLineAndRepeatNoKey) {
  const std::string good = line_of("a", "key") + "\n";
  EXPECT_THAT(error_of(good + "b the_key_itself"),
              AllOf(HasSubstr("keys, line 2: expected NAME sha256:HEX"), Not(HasSubstr("itself"))));
  EXPECT_THAT(error_of("b sha256:12"), HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(error_of("b"), HasSubstr("expected NAME sha256:HEX"));
  EXPECT_THAT(error_of("b/c sha256:12"), HasSubstr("line 1: expected a name"));
  EXPECT_THAT(error_of(good + good),
              HasSubstr("line 2: expected each name once, received a again"));
  for (const char* limit : {" rate=0", " rate=-1", " quota=x", " quota=1x", " rate=", " rate"}) {
    EXPECT_THAT(error_of(line_of("a", "key") + limit), HasSubstr("whole number from 1")) << limit;
  }
  EXPECT_THAT(error_of(line_of("a", "key") + " burst=1"), HasSubstr("received another word"));
  for (const char* none : {"", "\n\n", "# a note"}) {
    EXPECT_THAT(error_of(none), HasSubstr("keys: expected an API key, received none")) << none;
  }
}

TEST(ApiKeys, AreAddedToAFile) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "keys";
  const std::string first = add_api_key(file, "first");
  std::ofstream(file, std::ios::app) << "# without an end of line";
  const std::string second = add_api_key(file, "second");
  const ApiKeys keys = read_api_keys(file);
  EXPECT_EQ(keys.find(first)->name, "first");
  EXPECT_EQ(keys.find(second)->name, "second");
  EXPECT_THROW(add_api_key(file, "first"), ApiKeysError);
  EXPECT_THROW(add_api_key(file, ""), ApiKeysError);
  EXPECT_THROW(add_api_key(file, std::string(65, 'a')), ApiKeysError);
  EXPECT_THROW(add_api_key(file, "a b"), ApiKeysError);
  EXPECT_EQ(read_api_keys(file).find(first)->name, "first");
}

}  // namespace
}  // namespace inkling
