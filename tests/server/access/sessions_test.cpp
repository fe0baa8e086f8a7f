#include "server/access/sessions.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const std::string kSecret(32, 's');
const Sessions::Clock::time_point kNow(hours(500'000));

class SessionsTest : public testing::Test {
 protected:
  ApiKeys keys_ = parse_api_keys(line_of("ann", "1") + "\n" + line_of("bob", "2"), "keys");
  Sessions sessions_{kSecret, hours(1)};
  std::string anns_ = sessions_.begin(*keys_.named("ann"), kNow);
};

TEST_F(SessionsTest, StandForAKeyUntilTheyExpire) {
  EXPECT_EQ(sessions_.find(anns_, keys_, kNow), keys_.named("ann"));
  EXPECT_EQ(sessions_.find(anns_, keys_, kNow + hours(1) - seconds(1)), keys_.named("ann"));
  EXPECT_EQ(sessions_.find(anns_, keys_, kNow + hours(1)), nullptr);
}

TEST_F(SessionsTest, CannotBeMadeUp) {
  const std::string bobs = "bob" + anns_.substr(3);
  EXPECT_EQ(sessions_.find(bobs, keys_, kNow), nullptr);
  for (std::size_t i = 0; i < anns_.size(); ++i) {  // each byte is signed, or is the signature
    std::string other = anns_;
    other[i] = other[i] == '1' ? '2' : '1';
    EXPECT_EQ(sessions_.find(other, keys_, kNow), nullptr) << other;
    EXPECT_EQ(sessions_.find(anns_.substr(0, i), keys_, kNow), nullptr) << i;
  }
  EXPECT_EQ(sessions_.find(anns_ + "0", keys_, kNow), nullptr);
  for (const char* malformed : {"", ".", "..", "ann", "ann.", "ann..", ".1.", "ann.x.00"}) {
    EXPECT_EQ(sessions_.find(malformed, keys_, kNow), nullptr) << malformed;
  }
}

TEST_F(SessionsTest, EndWithTheKeyAndWithTheSecret) {
  EXPECT_EQ(sessions_.find(anns_, parse_api_keys(line_of("bob", "2"), "keys"), kNow), nullptr);
  const ApiKeys renewed = parse_api_keys(line_of("ann", "3"), "keys");
  EXPECT_EQ(sessions_.find(anns_, renewed, kNow), nullptr);
  EXPECT_EQ(Sessions(std::string(32, 't'), hours(1)).find(anns_, keys_, kNow), nullptr);
  EXPECT_EQ(Sessions(kSecret, hours(9)).find(anns_, keys_, kNow), keys_.named("ann"));
}

TEST(SessionSecret, IsAFileOfAtLeast32Bytes) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "secret";
  std::ofstream(file) << kSecret;
  EXPECT_EQ(read_session_secret(file), kSecret);
  std::ofstream(file) << "short";
  EXPECT_THROW(read_session_secret(file), std::runtime_error);
  EXPECT_THROW(read_session_secret(folder.path() / "none"), std::runtime_error);
}

}  // namespace
}  // namespace inkling
