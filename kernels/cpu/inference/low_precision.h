// Products of low precision, for processors with dot products of bf16 (VDPBF16PS) and int8
// (VPDPBUSD). The compiler's vector types know neither, so these are intrinsics.
#pragma once

#include "kernels/cpu/inference/product.h"

#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
#define INKLING_LOW_PRECISION

#include <immintrin.h>
#endif

namespace inkling::cpu::inference::INKLING_LEVEL {
namespace {

#ifndef INKLING_LOW_PRECISION
constexpr bool kHasLowPrecision = false;
#else
constexpr bool kHasLowPrecision = true;

constexpr Index kBf16 = kRowsTogether<bfloat16>;
constexpr Index kInt8 = kRowsTogether<std::int8_t>;

// A vector's numbers, rounded to the nearest.
inline void store(bfloat16* to, Vec value) {
  const auto rounded = std::bit_cast<__m256i>(_mm512_cvtneps_pbh(value));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), rounded);
}

// Rows × 2 vectors of sums, as multiply_tile(): a step takes two terms of each.
template <int Rows>
inline void multiply_bf16_tile(Index k, const bfloat16* a, const bfloat16* b, float* c,
                               Index c_stride) {
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
      _mm512_storeu_ps(c + r * c_stride + v * kWidth, sums[r][v]);
    }
  }
}

template <int Rows>
inline void multiply_bf16_up_to(Index rows, Index k, const bfloat16* a, const bfloat16* b, float* c,
                                Index c_stride) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      multiply_bf16_tile<Rows>(k, a, b, c, c_stride);
    } else {
      multiply_bf16_up_to<Rows - 1>(rows, k, a, b, c, c_stride);
    }
  }
}

// c [rows, n] = a [rows, k] · b, n a multiple of a block.
inline void multiply_position(Index rows, Index n, Index k, const bfloat16* a, const bfloat16* b,
                              float* c) {
  const Index tiles = (rows + kTileRows - 1) / kTileRows;
  for (Index column = 0; column < n; column += kColumnBlock) {
    for (Index tile = 0; tile < tiles; ++tile) {
      const Index row = rows * tile / tiles;
      multiply_bf16_up_to<kTileRows>(rows * (tile + 1) / tiles - row, k, a + row * k,
                                     b + column * k, c + row * n + column, n);
    }
  }
}

// A row of numbers that are not negative as integers of 16 bits, their upper and their lower bytes
// apart: VPDPBUSD takes eight. Returns what 1 stands for.
inline float split_row(Index k, const float* a, std::uint8_t* upper, std::uint8_t* lower) {
  Vec maxima = {};
  for (Index i = 0; i < k; i += kWidth) {
    maxima = maximum(maxima, load(a + i));
  }
  const float max = _mm512_reduce_max_ps(maxima);
  constexpr float kSteps = 65535;
  const float to_steps = max > 0 ? kSteps / max : 0.0F;
  for (Index i = 0; i < k; i += kWidth) {
    const __m512i steps = _mm512_cvtps_epi32(load(a + i) * to_steps);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(upper + i),
                     _mm512_cvtepi32_epi8(_mm512_srli_epi32(steps, 8)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(lower + i), _mm512_cvtepi32_epi8(steps));
  }
  return max / kSteps;
}

// Rows × 2 vectors of sums of the upper and of the lower bytes. Chains: as in multiply_tile().
template <int Rows, int Chains>
inline void multiply_int8_tile(const Int8Product& p, Index row, Index column,
                               const float* row_scales) {
  __m512i sums[Chains][Rows][2][kTileVecs];
  for (auto& chain : sums) {
    for (auto& of_row : chain) {
      for (auto& half : of_row) {
        half[0] = half[1] = _mm512_setzero_si512();
      }
    }
  }
  const std::int8_t* const b = p.b + column * p.k;
  const std::uint8_t* const a = p.workspace + 2 * row * p.k;
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
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half) {
          std::int32_t four = 0;
          __builtin_memcpy(&four, a + (2 * r + half) * p.k + at, sizeof(four));
          const __m512i broadcast = _mm512_set1_epi32(four);
#pragma GCC unroll 2
          for (int v = 0; v < kTileVecs; ++v) {
            sums[chain][r][half][v] =
                _mm512_dpbusd_epi32(sums[chain][r][half][v], broadcast, terms[v]);
          }
        }
      }
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < kTileVecs; ++v) {
      __m512i upper = sums[0][r][0][v];
      __m512i lower = sums[0][r][1][v];
      for (int chain = 1; chain < Chains; ++chain) {
        upper = _mm512_add_epi32(upper, sums[chain][r][0][v]);
        lower = _mm512_add_epi32(lower, sums[chain][r][1][v]);
      }
      const Index first = column + v * kWidth;
      const Vec sum = 256.0F * static_cast<Vec>(_mm512_cvtepi32_ps(upper)) +
                      static_cast<Vec>(_mm512_cvtepi32_ps(lower));
      const Vec value = row_scales[r] * load(p.scales + first) * sum + load(p.bias + first);
      if (first < p.n) {
        store_columns(p.c + (row + r) * p.c_stride + first, p.relu ? maximum(value, Vec{}) : value,
                      p.n - first);
      }
    }
  }
}

// A block of b is read from memory once for four rows at a time.
inline void multiply_int8(const Int8Product& p) {
  constexpr Index kRows = 4;
  for (Index row = 0; row < p.rows; row += kRows) {
    const Index rows = p.rows - row < kRows ? p.rows - row : kRows;
    float scales[kRows];
    for (Index r = 0; r < rows; ++r) {
      std::uint8_t* const upper = p.workspace + 2 * (row + r) * p.k;
      scales[r] = split_row(p.k, p.a + (row + r) * p.a_stride, upper, upper + p.k);
    }
    for (Index column = 0; column < p.n; column += kColumnBlock) {
      if (rows == kRows) {
        multiply_int8_tile<kRows, 1>(p, row, column, scales);
        continue;
      }
      for (Index r = 0; r < rows; ++r) {
        multiply_int8_tile<1, 2>(p, row + r, column, scales + r);
      }
    }
  }
}
#endif

}  // namespace
}  // namespace inkling::cpu::inference::INKLING_LEVEL
