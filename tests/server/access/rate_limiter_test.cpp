#include "server/access/rate_limiter.h"

#include <gtest/gtest.h>

namespace inkling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const RateLimiter::Clock::time_point kNow(minutes(1));
constexpr Rate kFourAMinute = {4, minutes(1)};

TEST(RateLimiter, LetsABucketfulThroughAndThenAsManyAsRefillIt) {
  RateLimiter limiter;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(limiter.take("a", kFourAMinute, kNow), std::nullopt) << i;
  }
  EXPECT_EQ(limiter.take("a", kFourAMinute, kNow), seconds(15));
  EXPECT_EQ(limiter.take("a", kFourAMinute, kNow + seconds(5)), seconds(10));  // asking costs none
  EXPECT_EQ(limiter.take("a", kFourAMinute, kNow + seconds(15)), std::nullopt);
  EXPECT_EQ(limiter.take("a", kFourAMinute, kNow + seconds(15)), seconds(15));
  for (int i = 0; i < 4; ++i) {  // full again, and not more than that
    EXPECT_EQ(limiter.take("a", kFourAMinute, kNow + minutes(9)), std::nullopt) << i;
  }
  EXPECT_EQ(limiter.take("a", kFourAMinute, kNow + minutes(9)), seconds(15));
}

TEST(RateLimiter, HasABucketForEachClient) {
  RateLimiter limiter;
  constexpr Rate kOneAMinute = {1, minutes(1)};
  EXPECT_EQ(limiter.take("a", kOneAMinute, kNow), std::nullopt);
  EXPECT_EQ(limiter.take("b", kOneAMinute, kNow), std::nullopt);
  EXPECT_EQ(limiter.take("a", kOneAMinute, kNow), minutes(1));
}

// A flood of addresses costs no more memory than that, and the full buckets are dropped first.
TEST(RateLimiter, ForgetsClientsWhenThereAreTooMany) {
  RateLimiter limiter(2);
  constexpr Rate kOneAMinute = {1, minutes(1)};
  limiter.take("a", kOneAMinute, kNow);
  limiter.take("b", kOneAMinute, kNow + seconds(30));
  limiter.take("c", kOneAMinute, kNow + minutes(1));  // in place of a, whose bucket is full
  EXPECT_EQ(limiter.take("b", kOneAMinute, kNow + minutes(1)), seconds(30));
  EXPECT_EQ(limiter.take("c", kOneAMinute, kNow + minutes(1)), minutes(1));
  limiter.take("d", kOneAMinute, kNow + minutes(1));  // in place of one of them
  const bool b = limiter.take("b", kOneAMinute, kNow + minutes(1)).has_value();
  const bool c = limiter.take("c", kOneAMinute, kNow + minutes(1)).has_value();
  EXPECT_FALSE(b && c);
}

}  // namespace
}  // namespace inkling
