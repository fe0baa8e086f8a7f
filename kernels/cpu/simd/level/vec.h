// A level's vector of floats: the compiler's own vector type, as wide as the level's registers.
// Included by simd_level.cpp alone; everything is in its unnamed namespace, so that no code of
// one level can stand in for another's.
#pragma once

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#define INKLING_INT8
#define INKLING_INT16
#elif defined(__aarch64__)
#include <arm_neon.h>
#ifdef __ARM_FEATURE_DOTPROD
#define INKLING_INT8  // int16 would multiply no faster than float32
#endif
#endif
#if defined(__AVX512BF16__) || defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
#define INKLING_BF16
#endif

#include "kernels/cpu/simd/product.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

#if defined(__AVX512F__)
inline constexpr int kVecBytes = 64;
inline constexpr int kTileRows = 7;  // of a product's tile in registers: 7 × 2 sums of 32 registers
#elif defined(__AVX__)
inline constexpr int kVecBytes = 32;
inline constexpr int kTileRows = 6;  // 6 × 2 of 16
#else
inline constexpr int kVecBytes = 16;
inline constexpr int kTileRows = 6;
#endif
inline constexpr int kWidth = kVecBytes / static_cast<int>(sizeof(float));

using Vec [[gnu::vector_size(kVecBytes)]] = float;
using UnalignedVec [[gnu::vector_size(kVecBytes), gnu::aligned(4), gnu::may_alias]] = float;

inline Vec load(const float* from) { return *reinterpret_cast<const UnalignedVec*>(from); }
inline void store(float* to, Vec value) { *reinterpret_cast<UnalignedVec*>(to) = value; }
inline Vec maximum(Vec a, Vec b) { return a > b ? a : b; }
inline Vec relu(Vec x) { return maximum(Vec{}, x); }  // NaN stays NaN

// Halves, where the level converts them.
#if defined(__AVX512F__)
inline constexpr bool kHasHalf = true;
inline Vec load(const Half* from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
#elif defined(__F16C__)
inline constexpr bool kHasHalf = true;
inline Vec load(const Half* from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
#elif defined(__aarch64__)
inline constexpr bool kHasHalf = true;
inline Vec load(const Half* from) {
  return std::bit_cast<Vec>(vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(&from->bits))));
}
#else
inline constexpr bool kHasHalf = false;
inline Vec load(const Half* /*from*/) { return Vec{}; }  // never called
#endif

// A vector's numbers as bf16, rounded to the nearest.
#if defined(__AVX512BF16__)
inline void store(bfloat16* to, Vec value) {
  const auto rounded = std::bit_cast<__m256i>(_mm512_cvtneps_pbh(value));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), rounded);
}
// The same of two vectors, one after the other: a cache line.
inline void store_line(bfloat16* to, Vec a, Vec b) {
  _mm512_storeu_si512(to, std::bit_cast<__m512i>(_mm512_cvtne2ps_pbh(b, a)));
}
// The same of two vectors, number by number: a[0], b[0], a[1], …
inline void store_pairs(bfloat16* to, Vec a, Vec b) {
  const auto low = std::bit_cast<__m256i>(_mm512_cvtneps_pbh(a));
  const auto high = std::bit_cast<__m256i>(_mm512_cvtneps_pbh(b));
  const __m512i pairs = _mm512_or_si512(_mm512_cvtepu16_epi32(low),
                                        _mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
  _mm512_storeu_si512(to, pairs);
}
#elif defined(INKLING_BF16)
inline uint16x4_t rounded(Vec value) {
  return vreinterpret_u16_bf16(vcvt_bf16_f32(std::bit_cast<float32x4_t>(value)));
}
inline void store(bfloat16* to, Vec value) { vst1_u16(&to->bits, rounded(value)); }
inline void store_line(bfloat16* to, Vec a, Vec b) {
  vst1q_u16(&to->bits, vcombine_u16(rounded(a), rounded(b)));
}
inline void store_pairs(bfloat16* to, Vec a, Vec b) {
  vst2_u16(&to->bits, uint16x4x2_t{rounded(a), rounded(b)});
}
#endif

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
