// bf16 ⇄ float32, and pairs of bf16, a vector at a time.
#pragma once

#include <bit>

#include "kernels/cpu/simd/level/vec.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

using Bits [[gnu::vector_size(kVecBytes)]] = std::uint32_t;
using HalfBits [[gnu::vector_size(kVecBytes / 2)]] = std::uint16_t;

inline Vec widen(const bfloat16* from) {
  HalfBits bits;
  __builtin_memcpy(&bits, from, sizeof(bits));
  return std::bit_cast<Vec>(__builtin_convertvector(bits, Bits) << 16);
}

// As inkling::to_bfloat16().
inline void narrow(Vec value, bfloat16* to) {
  const auto bits = std::bit_cast<Bits>(value);
  const Bits nearest = bits + 0x7FFFU + (bits >> 16 & 1U);
  const auto is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
  const Bits rounded = is_nan ? bits | 0x400000U : nearest;
  const HalfBits upper = __builtin_convertvector(rounded >> 16, HalfBits);
  __builtin_memcpy(static_cast<void*>(to), &upper, sizeof(upper));
}

inline void convert_to_float(Index size, const bfloat16* from, float* to) {
  Index i = 0;
  for (; i + kWidth <= size; i += kWidth) {
    store(to + i, widen(from + i));
  }
  for (; i < size; ++i) {
    to[i] = to_float(from[i]);
  }
}

inline void convert_to_bfloat16(Index size, const float* from, bfloat16* to) {
  Index i = 0;
  for (; i + kWidth <= size; i += kWidth) {
    narrow(load(from + i), to + i);
  }
  for (; i < size; ++i) {
    to[i] = to_bfloat16(from[i]);
  }
}

// to[2 i] = a[i], to[2 i + 1] = b[i].
inline void interleave(Index size, const bfloat16* a, const bfloat16* b, bfloat16* to) {
  Index i = 0;
  for (; i + kWidth <= size; i += kWidth) {
    HalfBits low;
    HalfBits high;
    __builtin_memcpy(&low, a + i, sizeof(low));
    __builtin_memcpy(&high, b + i, sizeof(high));
    const Bits pairs = __builtin_convertvector(low, Bits) | __builtin_convertvector(high, Bits)
                                                                << 16;
    __builtin_memcpy(static_cast<void*>(to + 2 * i), &pairs, sizeof(pairs));
  }
  for (; i < size; ++i) {
    to[2 * i] = a[i];
    to[2 * i + 1] = b[i];
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
