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

// A block of columns, of the first tile's rows from `row` on and, with HasSecond, of the second's.
// The intrinsics want each tile by its number.
template <bool HasSecond>
inline void multiply_amx_block(const Product<bfloat16>& p, Index row, Index second_row,
                               Index block) {
  constexpr Index kHalf = kColumnBlock / 2;
  constexpr Index kTogether = kRowsTogether<bfloat16>;
  constexpr Index kTermBytes = kColumnBlock * kTogether * sizeof(bfloat16);
  const Index a_bytes = p.a_stride * Index{sizeof(bfloat16)};
  const Index c_bytes = p.c_stride * Index{sizeof(float)};
  const bfloat16* const b = p.b + block * p.k;
  float* const c = p.c + row * p.c_stride + block;
  float* const second_c = p.c + second_row * p.c_stride + block;
  // LDTILECFG left zeros in all of them, but the block before has used them.
  if (p.accumulate) {
    _tile_loadd(0, c, c_bytes);
    _tile_loadd(1, c + kHalf, c_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
  }
  if constexpr (HasSecond) {
    if (p.accumulate) {
      _tile_loadd(2, second_c, c_bytes);
      _tile_loadd(3, second_c + kHalf, c_bytes);
    } else {
      _tile_zero(2);
      _tile_zero(3);
    }
  }
  for (Index k = 0; k < p.k; k += kAmxTerms) {
    const bfloat16* const terms = b + k * kColumnBlock;
    _tile_loadd(6, terms, kTermBytes);
    _tile_loadd(4, p.a + row * p.a_stride + k, a_bytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, terms + kHalf * kTogether, kTermBytes);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (HasSecond) {
      _tile_loadd(5, p.a + second_row * p.a_stride + k, a_bytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, c, c_bytes);
  _tile_stored(1, c + kHalf, c_bytes);
  if constexpr (HasSecond) {
    _tile_stored(2, second_c, c_bytes);
    _tile_stored(3, second_c + kHalf, c_bytes);
  }
}

inline bool fits_amx(const Product<bfloat16>& p) {
  return p.n % kColumnBlock == 0 && p.k % kAmxTerms == 0 && p.bias == nullptr && !p.relu &&
         !p.a_transposed && p.a_pieces == 1;
}

// Where fits_amx(). In tiles of about as many rows each: a product takes a cycle for each row.
inline void multiply_amx(const Product<bfloat16>& p) {
  finish_writes(p.a);
  finish_writes(p.c);
  const Index tiles = (p.rows + kAmxRows - 1) / kAmxRows;
  const auto first_row = [&](Index tile) { return p.rows * tile / tiles; };
  for (Index tile = 0; tile < tiles; tile += 2) {
    const bool has_second = tile + 1 < tiles;
    const Index row = first_row(tile);
    const Index second_row = first_row(tile + 1);
    configure_amx(second_row - row, has_second ? first_row(tile + 2) - second_row : 0);
    for (Index block = 0; block < p.n; block += kColumnBlock) {
      has_second ? multiply_amx_block<true>(p, row, second_row, block)
                 : multiply_amx_block<false>(p, row, second_row, block);
    }
  }
  _tile_release();
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
#endif
