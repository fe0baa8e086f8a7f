// What the tests of the kernels in vector types share.
#pragma once

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/cpu/simd/product.h"
#include "tests/kernels/levels.h"

namespace inkling::cpu::simd {

// What nothing was written to.
inline constexpr float kUnset = std::numeric_limits<float>::quiet_NaN();

class SimdKernels : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = level_missing_here()) {
      GTEST_SKIP() << *reason;
    }
  }
};

// As products take it: zeros beyond its end.
inline std::vector<float> padded(std::vector<float> bias) {
  bias.resize(static_cast<std::size_t>(padded_columns(std::ssize(bias))));
  return bias;
}

}  // namespace inkling::cpu::simd
