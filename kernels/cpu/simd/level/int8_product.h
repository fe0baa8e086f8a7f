// Products of int8, for processors with VPDPBUSD. The compiler's vector types do not know it, so
// these are intrinsics.
#pragma once

#include "kernels/cpu/simd/level/product_tiles.h"

#ifdef INKLING_LOW_PRECISION
namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

inline constexpr Index kInt8 = kRowsTogether<std::int8_t>;

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

inline void quantize_rows(const ByteRows& r) {
  for (Index row = 0; row < r.rows; ++row) {
    r.scales[row] = quantize_row(r.k, r.from + row * r.stride, r.bytes + row * r.k);
  }
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
  const std::uint8_t* const a = p.a + row * p.k;
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
  const Index tiles = (p.rows + kTileRows - 1) / kTileRows;
  for (Index column = 0; column < p.n; column += kColumnBlock) {
    for (Index tile = 0; tile < tiles; ++tile) {
      const Index row = p.rows * tile / tiles;
      multiply_int8_up_to<kTileRows>(p, row, p.rows * (tile + 1) / tiles - row, column);
    }
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
#endif
