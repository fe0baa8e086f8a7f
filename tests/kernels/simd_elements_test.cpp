// The elementwise kernels in vector types, at whatever level INKLING_ISA forces.
#include <bit>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/cpu/adam_elements.h"
#include "kernels/cpu/simd/adam.h"
#include "kernels/cpu/simd/convert.h"
#include "tests/kernels/levels.h"
#include "tests/kernels/reference.h"

namespace inkling::cpu::simd {
namespace {

using reference::random_values;
using reference::relative_distance;

class SimdElements : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = level_missing_here()) {
      GTEST_SKIP() << *reason;
    }
  }
};

TEST_F(SimdElements, ConvertsAsToBfloat16AndBack) {
  std::vector<float> values = random_values<float>(77, 1);  // whole vectors, and what is left
  const float special[] = {0.0F,
                           -0.0F,
                           1.00390625F,  // between two: to even
                           1.01171875F,
                           std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::max(),
                           std::numeric_limits<float>::denorm_min(),
                           std::numeric_limits<float>::quiet_NaN(),
                           std::bit_cast<float>(0x7FFFFFFFU),
                           std::bit_cast<float>(0xFF800001U)};
  values.insert(values.begin(), std::begin(special), std::end(special));
  values.push_back(std::bit_cast<float>(0x7F800001U));  // not in a whole vector
  std::vector<bfloat16> rounded(values.size());
  convert(std::ssize(values), values.data(), rounded.data());
  std::vector<float> back(values.size());
  convert(std::ssize(values), rounded.data(), back.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(rounded[i].bits, to_bfloat16(values[i]).bits) << values[i];
    EXPECT_EQ(std::bit_cast<std::uint32_t>(back[i]), std::uint32_t{rounded[i].bits} << 16);
  }
}

TEST_F(SimdElements, InterleavesTwoRows) {
  constexpr std::uint16_t kSize = 37;
  std::vector<bfloat16> a(kSize);
  std::vector<bfloat16> b(kSize);
  for (std::uint16_t i = 0; i < kSize; ++i) {
    a[i] = {i};
    b[i] = {static_cast<std::uint16_t>(0xF000 + i)};
  }
  std::vector<bfloat16> pairs(2 * kSize);
  interleave(kSize, a.data(), b.data(), pairs.data());
  for (std::size_t i = 0; i < kSize; ++i) {
    EXPECT_EQ(pairs[2 * i].bits, a[i].bits);
    EXPECT_EQ(pairs[2 * i + 1].bits, b[i].bits);
  }
}

// From element 3 on, so that no vector begins where the array does.
TEST_F(SimdElements, AdamMatchesFloat64) {
  constexpr Index kSize = 70;
  const AdamOptions options{.weight_decay = 0.01, .ema_decay = 0.9};
  const auto run = [&]<class T>() {
    std::vector<T> weight = random_values<T>(kSize, 1);
    const std::vector<T> gradient = random_values<T>(kSize, 2);
    std::vector<T> first(kSize);
    std::vector<T> second(kSize);
    std::vector<T> ema = random_values<T>(kSize, 3);
    const auto coefficients = adam_coefficients<T>(options, 0.1, 1);
    const AdamTensor<T> tensor{.weight = weight.data(),
                               .gradient = gradient.data(),
                               .first_moment = first.data(),
                               .second_moment = second.data(),
                               .size = kSize,
                               .ema = ema.data()};
    if constexpr (std::is_same_v<T, float>) {
      adam(tensor, options, coefficients, 3, kSize);
    } else {
      update_elements(tensor, options, coefficients, 3, kSize);
    }
    weight.insert(weight.end(), first.begin(), first.end());
    weight.insert(weight.end(), second.begin(), second.end());
    weight.insert(weight.end(), ema.begin(), ema.end());
    return weight;
  };
  // 1 - 0.999 has four digits left in float32.
  EXPECT_LE(relative_distance(run.operator()<float>(), run.operator()<double>()), 1e-5);
}

}  // namespace
}  // namespace inkling::cpu::simd
