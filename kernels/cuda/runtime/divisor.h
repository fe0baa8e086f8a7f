// Division by a launch-invariant integer as a multiplication and a shift, instead of the hardware's
// some twenty instructions (Granlund & Montgomery, "Division by invariant integers using
// multiplication", PLDI 1994; CUTLASS's FastDivmod).
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/cuda/runtime/launch.h"

namespace inkling::cuda {

class Divisor {
 public:
  // 1 … 2³¹ - 1.
  explicit Divisor(int divisor) : divisor_(divisor) {
    const auto d = static_cast<std::uint64_t>(divisor);
    shift_ = std::bit_width(d - 1);  // d <= 2^shift
    multiplier_ = static_cast<std::uint32_t>(((std::uint64_t{1} << (31 + shift_)) + d - 1) / d);
  }

  // n / divisor, for n of 0 … 2³¹ - 1: n · multiplier / 2^(31 + shift), of which the upper word of
  // 2 n · multiplier is most.
  __device__ int quotient(int n) const {
    const std::uint64_t product =
        static_cast<std::uint64_t>(2 * static_cast<std::uint32_t>(n)) * multiplier_;
    return static_cast<int>(static_cast<std::uint32_t>(product >> 32) >> shift_);
  }
  __device__ int remainder(int n, int quotient) const { return n - quotient * divisor_; }

 private:
  int divisor_;
  int shift_;
  std::uint32_t multiplier_;
};

}  // namespace inkling::cuda
