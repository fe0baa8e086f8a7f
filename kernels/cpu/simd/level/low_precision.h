// Products of low precision, for processors with dot products of bf16 (VDPBF16PS) and int8
// (VPDPBUSD). The compiler's vector types know neither, so these are intrinsics.
#pragma once

#include "kernels/cpu/simd/level/product_tiles.h"

#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
#define INKLING_LOW_PRECISION

#include <immintrin.h>
#endif

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

#ifndef INKLING_LOW_PRECISION
inline constexpr bool kHasLowPrecision = false;
#else
inline constexpr bool kHasLowPrecision = true;

inline constexpr Index kBf16 = kRowsTogether<bfloat16>;
inline constexpr Index kInt8 = kRowsTogether<std::int8_t>;

// A vector's numbers, rounded to the nearest.
inline void store(bfloat16* to, Vec value) {
  const auto rounded = std::bit_cast<__m256i>(_mm512_cvtneps_pbh(value));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), rounded);
}

// Rows × 2 vectors of sums, as multiply_tile(): a step takes two terms of each.
template <int Rows>
inline void multiply_bf16_tile(Index k, const bfloat16* a, const bfloat16* b, float* c) {
  __m512 sums[Rows][kTileVecs] = {};
  for (Index i = 0; i < k; i += kBf16) {
    __m512bh terms[kTileVecs];
#pragma GCC unroll 2
    for (int v = 0; v < kTileVecs; ++v) {
      terms[v] = std::bit_cast<__m512bh>(_mm512_loadu_si512(b + i * kColumnBlock + v * 32));
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      std::int32_t pair = 0;
      __builtin_memcpy(&pair, a + r * k + i, sizeof(pair));
      const auto broadcast = std::bit_cast<__m512bh>(_mm512_set1_epi32(pair));
#pragma GCC unroll 2
      for (int v = 0; v < kTileVecs; ++v) {
        sums[r][v] = _mm512_dpbf16_ps(sums[r][v], terms[v], broadcast);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kTileVecs; ++v) {
      _mm512_storeu_ps(c + r * kColumnBlock + v * kWidth, sums[r][v]);
    }
  }
}

template <int Rows>
inline void multiply_bf16_up_to(Index rows, Index k, const bfloat16* a, const bfloat16* b,
                                float* c) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      multiply_bf16_tile<Rows>(k, a, b, c);
    } else {
      multiply_bf16_up_to<Rows - 1>(rows, k, a, b, c);
    }
  }
}

// c [rows, 32] = a [rows, k] · b, a block of columns.
inline void multiply_position(Index rows, Index k, const bfloat16* a, const bfloat16* b, float* c) {
  const Index tiles = (rows + kTileRows - 1) / kTileRows;
  for (Index tile = 0; tile < tiles; ++tile) {
    const Index row = rows * tile / tiles;
    multiply_bf16_up_to<kTileRows>(rows * (tile + 1) / tiles - row, k, a + row * k, b,
                                   c + row * kColumnBlock);
  }
}

// A row of numbers that are not negative as bytes. Returns what 1 stands for.
inline float quantize_row(Index k, const float* a, std::uint8_t* bytes) {
  Vec maxima = {};
  for (Index i = 0; i < k; i += kWidth) {
    maxima = maximum(maxima, load(a + i));
  }
  const float max = _mm512_reduce_max_ps(maxima);
  const float to_steps = max > 0 ? 255 / max : 0.0F;
  for (Index i = 0; i < k; i += kWidth) {
    const __m512i steps = _mm512_cvtps_epi32(load(a + i) * to_steps);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + i), _mm512_cvtepi32_epi8(steps));
  }
  return max / 255;
}

// Rows × 2 vectors of sums; Chains as in multiply_tile(). VPDPBUSD adds four products.
template <int Rows, int Chains>
inline void multiply_int8_tile(const Int8Product& p, Index row, Index column) {
  __m512i sums[Chains][Rows][kTileVecs];
#pragma GCC unroll 16
  for (int i = 0; i < Chains * Rows * kTileVecs; ++i) {
    sums[i / (Rows * kTileVecs)][i / kTileVecs % Rows][i % kTileVecs] = _mm512_setzero_si512();
  }
  const std::int8_t* const b = p.b + column * p.k;
  const std::uint8_t* const a = p.workspace + row * p.k;
  for (Index i = 0; i < p.k; i += kInt8 * Chains) {
#pragma GCC unroll 4
    for (int chain = 0; chain < Chains; ++chain) {
      const Index at = i + chain * kInt8;
      __m512i terms[kTileVecs];
#pragma GCC unroll 2
      for (int v = 0; v < kTileVecs; ++v) {
        terms[v] = _mm512_loadu_si512(b + at * kColumnBlock + v * 64);
      }
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
        std::int32_t four = 0;
        __builtin_memcpy(&four, a + r * p.k + at, sizeof(four));
        const __m512i broadcast = _mm512_set1_epi32(four);
#pragma GCC unroll 2
        for (int v = 0; v < kTileVecs; ++v) {
          sums[chain][r][v] = _mm512_dpbusd_epi32(sums[chain][r][v], broadcast, terms[v]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kTileVecs; ++v) {
      __m512i sum = sums[0][r][v];
#pragma GCC unroll 4
      for (int chain = 1; chain < Chains; ++chain) {
        sum = _mm512_add_epi32(sum, sums[chain][r][v]);
      }
      const Index first = column + v * kWidth;
      const Vec value = p.row_scales[row + r] * load(p.scales + first) *
                            static_cast<Vec>(_mm512_cvtepi32_ps(sum)) +
                        load(p.bias + first);
      if (first < p.n) {
        store_columns(p.c + (row + r) * p.c_stride + first, p.relu ? relu(value) : value,
                      p.n - first);
      }
    }
  }
}

template <int Rows>
inline void multiply_int8_up_to(const Int8Product& p, Index row, Index rows, Index column) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      multiply_int8_tile<Rows, Rows == 1 ? 4 : Rows == 2 ? 2 : 1>(p, row, column);
    } else {
      multiply_int8_up_to<Rows - 1>(p, row, rows, column);
    }
  }
}

// All rows with a block of b, which stays in L2 for them.
inline void multiply_int8(const Int8Product& p) {
  for (Index row = 0; row < p.rows; ++row) {
    p.row_scales[row] = quantize_row(p.k, p.a + row * p.a_stride, p.workspace + row * p.k);
  }
  const Index tiles = (p.rows + kTileRows - 1) / kTileRows;
  for (Index column = 0; column < p.n; column += kColumnBlock) {
    for (Index tile = 0; tile < tiles; ++tile) {
      const Index row = p.rows * tile / tiles;
      multiply_int8_up_to<kTileRows>(p, row, p.rows * (tile + 1) / tiles - row, column);
    }
  }
}
#endif

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
