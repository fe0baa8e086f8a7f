#include "kernels/philox.h"

#include <gtest/gtest.h>

namespace inkling {
namespace {

void expect_words(const Philox4& actual, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                  std::uint32_t d) {
  EXPECT_EQ(actual.word[0], a);
  EXPECT_EQ(actual.word[1], b);
  EXPECT_EQ(actual.word[2], c);
  EXPECT_EQ(actual.word[3], d);
}

// The known answers that the authors publish with Random123 (kat_vectors, philox4x32 with 10
// rounds).
TEST(Philox, GivesTheAuthorsKnownAnswers) {
  expect_words(philox4x32(0, {{0, 0, 0, 0}}), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  const std::uint32_t ones = 0xffffffff;
  expect_words(philox4x32(0xffffffffffffffff, {{ones, ones, ones, ones}}), 0x408f276d, 0x41c83b0e,
               0xa20bc7c6, 0x6d5451fd);
  expect_words(philox4x32(0x299f31d0a4093822, {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}),
               0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
}

TEST(Philox, UniformNumbersStayBelowOne) {
  EXPECT_EQ(uniform01(0), 0.0F);
  EXPECT_LT(uniform01(0xffffffff), 1.0F);
}

}  // namespace
}  // namespace inkling
