// The product with a packed matrix of bf16 by AMX, Intel's matrix unit since Sapphire Rapids. A
// tile register holds up to 16 rows of 64 bytes; TDPBF16PS adds the product of a tile of a,
// [16, 32], and one of b, [16, 16, 2], which is how a packed matrix lies in memory, to one of c,
// [16, 16] (Intel 64 Architectures Optimization Reference Manual, chapter 20). Two tiles of rows
// with both halves of a block of columns take four loads for four products.
#pragma once

#include "kernels/cpu/simd/level/operands.h"

#ifdef __AMX_BF16__
namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

inline constexpr Index kAmxRows = 16;   // of a tile
inline constexpr Index kAmxTerms = 32;  // of a row of a
inline constexpr Index kAmxRowBytes = 64;
inline constexpr Index kAmxHalf = kColumnBlock / 2;
inline constexpr Index kPair = kRowsTogether<bfloat16>;

// GCC's intrinsics do not tell the compiler that they read memory: what was written there has to be
// in memory by now.
inline void finish_writes(const void* to) { asm volatile("" : : "r"(to) : "memory"); }

// What LDTILECFG reads: rows and bytes a row of each tile register.
struct alignas(64) AmxConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

// Tiles 0 … 3 are of c, 4 and 5 of a, 6 and 7 of b. Of no second rows, 2, 3 and 5 are not used.
inline void configure_amx(Index first_rows, Index second_rows) {
  AmxConfig config;
  const Index rows[8] = {first_rows, first_rows,  second_rows, second_rows,
                         first_rows, second_rows, kAmxRows,    kAmxRows};
  for (int tile = 0; tile < 8; ++tile) {
    config.rows[tile] = static_cast<std::uint8_t>(rows[tile]);
    config.row_bytes[tile] = rows[tile] == 0 ? 0 : kAmxRowBytes;
  }
  finish_writes(&config);
  _tile_loadconfig(&config);
}

// The sums of a block of columns, in the first tile's rows and, with HasSecond, in the second's.
// The intrinsics want each tile by its number.
template <bool HasSecond>
struct AmxSums {
  float* first;  // of c
  float* second;
  Index row_bytes;

  void begin(bool accumulate) const {
    if (accumulate) {
      _tile_loadd(0, first, row_bytes);
      _tile_loadd(1, first + kAmxHalf, row_bytes);
    } else {
      _tile_zero(0);
      _tile_zero(1);
    }
    if constexpr (HasSecond) {
      if (accumulate) {
        _tile_loadd(2, second, row_bytes);
        _tile_loadd(3, second + kAmxHalf, row_bytes);
      } else {
        _tile_zero(2);
        _tile_zero(3);
      }
    }
  }

  // kAmxTerms of them: a's rows are a_bytes apart, b is [kAmxTerms / 2, 32, 2].
  void add(const bfloat16* first_a, const bfloat16* second_a, Index a_bytes,
           const bfloat16* b) const {
    constexpr Index kTermBytes = kColumnBlock * kPair * sizeof(bfloat16);
    _tile_loadd(6, b, kTermBytes);
    _tile_loadd(4, first_a, a_bytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, b + kAmxHalf * kPair, kTermBytes);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (HasSecond) {
      _tile_loadd(5, second_a, a_bytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }

  void end() const {
    _tile_stored(0, first, row_bytes);
    _tile_stored(1, first + kAmxHalf, row_bytes);
    if constexpr (HasSecond) {
      _tile_stored(2, second, row_bytes);
      _tile_stored(3, second + kAmxHalf, row_bytes);
    }
  }
};

template <bool HasSecond>
AmxSums<HasSecond> amx_sums(const Product<bfloat16>& p, Index row, Index second_row, Index block) {
  float* const c = p.c + block;
  return {c + row * p.c_stride, c + second_row * p.c_stride, p.c_stride * Index{sizeof(float)}};
}

template <bool HasSecond>
inline void multiply_amx_rows(const Product<bfloat16>& p, Index row, Index second_row) {
  const Index piece_terms = p.k / p.a_pieces;
  for (Index block = 0; block < p.n; block += kColumnBlock) {
    const auto sums = amx_sums<HasSecond>(p, row, second_row, block);
    sums.begin(p.accumulate);
    for (Index k = 0; k < p.k; k += kAmxTerms) {
      const bfloat16* const a = p.a + k / piece_terms * p.a_piece_stride + k % piece_terms;
      sums.add(a + row * p.a_stride, a + second_row * p.a_stride,
               p.a_stride * Index{sizeof(bfloat16)}, p.b + block * p.k + k * kColumnBlock);
    }
    sums.end();
  }
}

// In tiles of about as many rows each: a product takes a cycle for each row.
inline void multiply_amx_straight(const Product<bfloat16>& p) {
  const Index tiles = (p.rows + kAmxRows - 1) / kAmxRows;
  const auto first_row = [&](Index tile) { return p.rows * tile / tiles; };
  for (Index tile = 0; tile < tiles; tile += 2) {
    const bool has_second = tile + 1 < tiles;
    const Index row = first_row(tile);
    const Index second_row = first_row(tile + 1);
    configure_amx(second_row - row, has_second ? first_row(tile + 2) - second_row : 0);
    has_second ? multiply_amx_rows<true>(p, row, second_row)
               : multiply_amx_rows<false>(p, row, second_row);
  }
}

// Pairs of terms [pairs, 16 rows], the next `stride` numbers further, to [16 rows, 16 pairs], zeros
// beyond `pairs`, the next row kTransposedTerms further.
inline constexpr Index kTransposedTerms = 256;
inline void transpose_pairs(const bfloat16* from, Index stride, Index pairs, bfloat16* to) {
  __m512i x[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    x[i] = i < pairs ? _mm512_loadu_si512(from + i * stride) : __m512i{};
  }
  __m512i y[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    x[i] = _mm512_unpacklo_epi64(y[i], y[i + 2]);
    x[i + 1] = _mm512_unpackhi_epi64(y[i], y[i + 2]);
    x[i + 2] = _mm512_unpacklo_epi64(y[i + 1], y[i + 3]);
    x[i + 3] = _mm512_unpackhi_epi64(y[i + 1], y[i + 3]);
  }
  // Lane l of x[4 i + j] is the part of row 4 l + j from the pairs 4 i on.
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const __m512i even = _mm512_shuffle_i32x4(x[j], x[4 + j], 0x88);
    const __m512i odd = _mm512_shuffle_i32x4(x[j], x[4 + j], 0xdd);
    const __m512i later_even = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0x88);
    const __m512i later_odd = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0xdd);
    const auto store_row = [&](int row, __m512i value) {
      _mm512_store_si512(to + row * kTransposedTerms, value);
    };
    store_row(j, _mm512_shuffle_i32x4(even, later_even, 0x88));
    store_row(4 + j, _mm512_shuffle_i32x4(odd, later_odd, 0x88));
    store_row(8 + j, _mm512_shuffle_i32x4(even, later_even, 0xdd));
    store_row(12 + j, _mm512_shuffle_i32x4(odd, later_odd, 0xdd));
  }
}

// Up to kTransposedTerms terms from `first` on of a's rows, transposed, and what they are
// multiplied with: of the last terms, fewer than a tile takes, b is copied, zeros behind it.
template <bool HasSecond>
inline void multiply_amx_transposed(const Product<bfloat16>& p, Index row, Index first,
                                    Index terms) {
  alignas(64) bfloat16 a[HasSecond ? 2 : 1][kAmxRows * kTransposedTerms];
  for (Index tile = 0; tile < (HasSecond ? 2 : 1); ++tile) {
    for (Index k = 0; k < terms; k += kAmxTerms) {
      transpose_pairs(p.a + (first + k) / kPair * p.a_stride + (row + tile * kAmxRows) * kPair,
                      p.a_stride, (terms - k) / kPair, a[tile] + k);
    }
  }
  finish_writes(a);
  for (Index block = 0; block < p.n; block += kColumnBlock) {
    const bfloat16* const b = p.b + block * p.k + first * kColumnBlock;
    const auto sums = amx_sums<HasSecond>(p, row, row + kAmxRows, block);
    const auto add = [&](Index k, const bfloat16* with) {
      sums.add(a[0] + k, a[HasSecond ? 1 : 0] + k, kTransposedTerms * Index{sizeof(bfloat16)},
               with);
    };
    sums.begin(p.accumulate || first > 0);
    Index k = 0;
    for (; k + kAmxTerms <= terms; k += kAmxTerms) {
      add(k, b + k * kColumnBlock);
    }
    if (k < terms) {
      alignas(64) bfloat16 last[kAmxTerms * kColumnBlock] = {};
      __builtin_memcpy(last, b + k * kColumnBlock,
                       static_cast<std::size_t>((terms - k) * kColumnBlock) * sizeof(bfloat16));
      finish_writes(last);
      add(k, last);
    }
    sums.end();
  }
}

inline void multiply_amx_transposed(const Product<bfloat16>& p) {
  for (Index row = 0; row < p.rows; row += 2 * kAmxRows) {
    const bool has_second = row + kAmxRows < p.rows;
    configure_amx(kAmxRows, has_second ? kAmxRows : 0);
    for (Index first = 0; first < p.k; first += kTransposedTerms) {
      const Index terms = p.k - first < kTransposedTerms ? p.k - first : kTransposedTerms;
      has_second ? multiply_amx_transposed<true>(p, row, first, terms)
                 : multiply_amx_transposed<false>(p, row, first, terms);
    }
  }
}

inline bool fits_amx(const Product<bfloat16>& p) {
  return p.n % kColumnBlock == 0 && p.bias == nullptr && !p.relu &&
         (p.a_transposed ? p.rows % kAmxRows == 0 : p.k / p.a_pieces % kAmxTerms == 0);
}

// Where fits_amx().
inline void multiply_amx(const Product<bfloat16>& p) {
  finish_writes(p.a);
  p.a_transposed ? multiply_amx_transposed(p) : multiply_amx_straight(p);
  _tile_release();
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
#endif
