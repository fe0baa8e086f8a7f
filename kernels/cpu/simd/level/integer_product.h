// Products of whole numbers. The compiler's vector types do not know their instructions, so these
// are intrinsics: VNNI's, which add two products of int16 or four of int8 to a lane at once, the
// multiplications and additions that do the same on older x86-64, or NEON's dot product of int8.
#pragma once

#include "kernels/cpu/simd/level/product_tiles.h"

#ifdef INKLING_INT8
namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

using IntVec [[gnu::vector_size(kVecBytes)]] = std::int32_t;
using ShortVec [[gnu::vector_size(kVecBytes / 2)]] = std::int16_t;
using ByteVec [[gnu::vector_size(kVecBytes / 4)]] = std::uint8_t;

#ifdef INKLING_INT16
// To each lane of sum its two products of int16.
inline IntVec add_products(IntVec sum, IntVec a, IntVec b, std::int16_t /*of*/) {
#if defined(__AVX512VNNI__)
  return std::bit_cast<IntVec>(_mm512_dpwssd_epi32(
      std::bit_cast<__m512i>(sum), std::bit_cast<__m512i>(a), std::bit_cast<__m512i>(b)));
#elif defined(__AVXVNNI__)
  return std::bit_cast<IntVec>(_mm256_dpwssd_avx_epi32(
      std::bit_cast<__m256i>(sum), std::bit_cast<__m256i>(a), std::bit_cast<__m256i>(b)));
#elif defined(__AVX512BW__)
  return sum + std::bit_cast<IntVec>(
                   _mm512_madd_epi16(std::bit_cast<__m512i>(a), std::bit_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return sum + std::bit_cast<IntVec>(
                   _mm256_madd_epi16(std::bit_cast<__m256i>(a), std::bit_cast<__m256i>(b)));
#else
  return sum + std::bit_cast<IntVec>(
                   _mm_madd_epi16(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b)));
#endif
}

#endif

// To each lane its four products, of a byte of a by an int8 of b. Without VNNI two of them are
// first added in 16 bits, for which a is at most 127; NEON takes a as int8, too.
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
inline constexpr float kByteSteps = 255;
#else
inline constexpr float kByteSteps = 127;
#endif
inline IntVec add_products(IntVec sum, IntVec a, IntVec b, std::int8_t /*of*/) {
#if defined(__aarch64__)
  return std::bit_cast<IntVec>(vdotq_s32(std::bit_cast<int32x4_t>(sum), std::bit_cast<int8x16_t>(a),
                                         std::bit_cast<int8x16_t>(b)));
#elif defined(__AVX512VNNI__)
  return std::bit_cast<IntVec>(_mm512_dpbusd_epi32(
      std::bit_cast<__m512i>(sum), std::bit_cast<__m512i>(a), std::bit_cast<__m512i>(b)));
#elif defined(__AVXVNNI__)
  return std::bit_cast<IntVec>(_mm256_dpbusd_avx_epi32(
      std::bit_cast<__m256i>(sum), std::bit_cast<__m256i>(a), std::bit_cast<__m256i>(b)));
#elif defined(__AVX512BW__)
  const __m512i pairs = _mm512_maddubs_epi16(std::bit_cast<__m512i>(a), std::bit_cast<__m512i>(b));
  return sum + std::bit_cast<IntVec>(_mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
#elif defined(__AVX2__)
  const __m256i pairs = _mm256_maddubs_epi16(std::bit_cast<__m256i>(a), std::bit_cast<__m256i>(b));
  return sum + std::bit_cast<IntVec>(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
#else
  const __m128i pairs = _mm_maddubs_epi16(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b));
  return sum + std::bit_cast<IntVec>(_mm_madd_epi16(pairs, _mm_set1_epi16(1)));
#endif
}

// To the nearest whole number, ties to even; |x| is below 2^22, so that its last bit in this sum is
// worth 1.
inline IntVec nearest(Vec x) {
  constexpr float kUnit = 12582912;  // 1.5 · 2^23
  return std::bit_cast<IntVec>(x + kUnit) - std::bit_cast<std::int32_t>(kUnit);
}

#ifdef INKLING_INT16
inline void store(std::int16_t* to, Vec whole) {
  const ShortVec values = __builtin_convertvector(nearest(whole), ShortVec);
  __builtin_memcpy(to, &values, sizeof(values));
}
#endif

inline float largest_magnitude(Index size, const float* from) {
  Vec lanes = {};
  Index i = 0;
  for (; i + kWidth <= size; i += kWidth) {
    const Vec x = load(from + i);
    lanes = maximum(lanes, maximum(x, -x));
  }
  float largest = 0;
  for (int lane = 0; lane < kWidth; ++lane) {
    largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  for (; i < size; ++i) {
    largest = __builtin_fabsf(from[i]) > largest ? __builtin_fabsf(from[i]) : largest;
  }
  return largest;
}

inline void quantize_rows(const ByteRows& r) {
  for (Index row = 0; row < r.rows; ++row) {
    const float* const from = r.from + row * r.stride;
    const float largest = largest_magnitude(r.k, from);
    const float to_steps = largest > 0 ? kByteSteps / largest : 0.0F;
    for (Index i = 0; i < r.k; i += kWidth) {
      const ByteVec bytes = __builtin_convertvector(nearest(load(from + i) * to_steps), ByteVec);
      __builtin_memcpy(r.bytes + row * r.k + i, &bytes, sizeof(bytes));
    }
    r.scales[row] = largest / kByteSteps;
  }
}

// Rows × 2 vectors of sums; Chains as in multiply_tile(), and no more inlined than that.
template <int Rows, int Chains, class Weight>
[[gnu::noinline]] void multiply_integer_tile(const IntegerProduct<Weight>& p, Index row,
                                             Index column) {
  constexpr Index kTogether = kRowsTogether<Weight>;
  IntVec sums[Chains][Rows][kTileVecs] = {};
  const Weight* const b = p.b + packed_index<Weight>(p.k, 0, column);
  const WholeActivation<Weight>* const a = p.a + row * p.k;
  for (Index i = 0; i < p.k; i += kTogether * Chains) {
#pragma GCC unroll 4
    for (int chain = 0; chain < Chains; ++chain) {
      const Index at = i + chain * kTogether;
      IntVec terms[kTileVecs];
#pragma GCC unroll 2
      for (int v = 0; v < kTileVecs; ++v) {
        __builtin_memcpy(&terms[v], b + at * kColumnBlock + v * kWidth * kTogether, kVecBytes);
      }
#pragma GCC unroll 8
      for (int r = 0; r < Rows; ++r) {
        std::int32_t together = 0;
        __builtin_memcpy(&together, a + r * p.k + at, sizeof(together));
        const IntVec broadcast = together - IntVec{};
#pragma GCC unroll 2
        for (int v = 0; v < kTileVecs; ++v) {
          sums[chain][r][v] = add_products(sums[chain][r][v], broadcast, terms[v], Weight{});
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kTileVecs; ++v) {
      IntVec sum = sums[0][r][v];
#pragma GCC unroll 4
      for (int chain = 1; chain < Chains; ++chain) {
        sum += sums[chain][r][v];
      }
      const Index first = column + v * kWidth;
      if (first >= p.n) {
        continue;
      }
      Vec value = p.row_scales[(row + r) * p.row_scale_stride] * load(p.scales + first) *
                  __builtin_convertvector(sum, Vec);
      if (p.bias != nullptr) {
        value += load(p.bias + first);
      }
      store_columns(p.c + (row + r) * p.c_stride + first, p.relu ? relu(value) : value,
                    p.n - first);
    }
  }
}

template <int Rows, class Weight>
inline void multiply_integers_up_to(const IntegerProduct<Weight>& p, Index row, Index rows,
                                    Index column) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      multiply_integer_tile<Rows, Rows == 1 ? 4 : Rows == 2 ? 2 : 1>(p, row, column);
    } else {
      multiply_integers_up_to<Rows - 1>(p, row, rows, column);
    }
  }
}

// All rows with a block of b, which stays in L2 for them.
template <class Weight>
inline void multiply_integers(const IntegerProduct<Weight>& p) {
  const Index tiles = (p.rows + kTileRows - 1) / kTileRows;
  for (Index column = 0; column < p.n; column += kTileVecs * kWidth) {
    for (Index tile = 0; tile < tiles; ++tile) {
      const Index row = p.rows * tile / tiles;
      multiply_integers_up_to<kTileRows>(p, row, p.rows * (tile + 1) / tiles - row, column);
    }
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
#endif
