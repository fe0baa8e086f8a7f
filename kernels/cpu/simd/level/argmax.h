// The argmax of 2 × 2 windows, a vector of channels at a time, in two bits each
// (kernels/args/conv2d.h).
#pragma once

#include <bit>

#include "kernels/cpu/simd/level/vec.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

using IntVec [[gnu::vector_size(kVecBytes)]] = std::int32_t;

// RunningMax (kernels/pointwise.h) of a vector: the first of equals, and NaN above all.
struct VecMax {
  Vec value;
  IntVec argmax = {};

  void update(Vec next, int index) {
    const IntVec is_larger = ~(next <= value) & (value == value);
    value = is_larger ? next : value;
    argmax = is_larger ? IntVec{} + index : argmax;
  }
};

// A vector's channels in one number, the first in the lowest bits, as their bytes lie in memory.
static_assert(std::endian::native == std::endian::little);
inline constexpr std::size_t kArgmaxBytes = kWidth / 4;

inline IntVec argmax_shifts() {
  IntVec shifts = {};
#pragma GCC unroll 16
  for (int i = 0; i < kWidth; ++i) {
    shifts[i] = 2 * i;
  }
  return shifts;
}

inline void store_argmax(std::uint8_t* to, IntVec argmax) {
  const IntVec shifted = argmax << argmax_shifts();
  std::int32_t bits = 0;
#pragma GCC unroll 16
  for (int i = 0; i < kWidth; ++i) {
    bits |= shifted[i];
  }
  __builtin_memcpy(to, &bits, kArgmaxBytes);
}

inline IntVec load_argmax(const std::uint8_t* from) {
  std::int32_t bits = 0;
  __builtin_memcpy(&bits, from, kArgmaxBytes);
  return (IntVec{} + bits) >> argmax_shifts() & 3;
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
