// How a level multiplies: a vector's columns of b, so many terms of each as an instruction takes,
// with the same terms of a row of a.
#pragma once

#include "kernels/cpu/simd/level/vec.h"
#include "kernels/cpu/simd/product.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

template <class Weight>
struct Operands {  // float, Half
  using Terms = Vec;
  static Terms load(const Weight* b) { return INKLING_LEVEL::load(b); }
  static void add(Vec& sum, Terms b, const float* a) { sum += b * *a; }
};

#if defined(__AVX512BF16__)
template <>
struct Operands<bfloat16> {
  using Terms = __m512bh;
  static Terms load(const bfloat16* b) { return std::bit_cast<__m512bh>(_mm512_loadu_si512(b)); }
  static void add(Vec& sum, Terms b, const bfloat16* a) {
    std::int32_t pair = 0;
    __builtin_memcpy(&pair, a, sizeof(pair));
    sum = _mm512_dpbf16_ps(sum, b, std::bit_cast<__m512bh>(_mm512_set1_epi32(pair)));
  }
};
#elif defined(INKLING_BF16)
template <>
struct Operands<bfloat16> {
  using Terms = bfloat16x8_t;
  static Terms load(const bfloat16* b) { return vreinterpretq_bf16_u16(vld1q_u16(&b->bits)); }
  static void add(Vec& sum, Terms b, const bfloat16* a) {
    std::uint32_t pair = 0;
    __builtin_memcpy(&pair, a, sizeof(pair));
    sum = std::bit_cast<Vec>(
        vbfdotq_f32(std::bit_cast<float32x4_t>(sum), b, vreinterpretq_bf16_u32(vdupq_n_u32(pair))));
  }
};
#endif

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
