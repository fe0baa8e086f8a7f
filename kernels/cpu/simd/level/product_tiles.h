// The product with a packed matrix. A tile of rows × 2 vectors of sums stays in registers over all
// of k; its loop is 2 loads of b, a broadcast and 2 FMAs for each row. Meanwhile the
// next block of b, 32 columns further, is fetched from memory.
#pragma once

#include <type_traits>

#include "kernels/cpu/simd/level/amx_product.h"
#include "kernels/cpu/simd/level/operands.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

inline constexpr int kTileVecs = 2;
// Terms of a pass where rows are many: of a block of b 64 KB, which stay in L2 for all rows.
inline constexpr Index kTermsPerPass = 512;

// Columns of a row that exist may be fewer than a vector's.
inline Vec load_columns(const float* from, Index columns) {
  if (columns >= kWidth) {
    return load(from);
  }
  Vec result = {};
  for (Index i = 0; i < columns; ++i) {
    result[i] = from[i];
  }
  return result;
}
inline void store_columns(float* to, Vec value, Index columns) {
  if (columns >= kWidth) {
    store(to, value);
    return;
  }
  for (Index i = 0; i < columns; ++i) {
    to[i] = value[i];
  }
}

// One pass of several over k: of a block of columns.
template <class Weight>
struct Pass {
  const Weight* weights;  // [terms, 32]
  Index first_term;
  Index terms;
  bool is_first;  // sums begin as the bias, not as what c holds
  bool is_last;
};

// Rows × Vecs sums, from `row` and `column` on. Chains: so many sums are kept of every element,
// each of every Chains-th term, where there would be too few to hide an FMA's latency.
// Never inlined: in the midst of other code some of the sums stay in memory.
template <int Rows, int Vecs, int Chains, bool ATransposed, class Weight>
[[gnu::noinline]] void multiply_tile(const Product<Weight>& p, Index row, Index column,
                                     const Pass<Weight>& pass) {
  constexpr Index kTogether = kRowsTogether<Weight>;
  using Operands = Operands<Weight>;
  const Weight* const block = pass.weights + column % kColumnBlock * kTogether;
  // From row to row and from terms to terms, one of them known to the compiler.
  const Index a_row = ATransposed ? kTogether : p.a_stride;
  const Index a_terms = ATransposed ? p.a_stride : kTogether;
  const Activation<Weight>* const a = p.a + row * a_row + pass.first_term / kTogether * a_terms;
  float* const c = p.c + row * p.c_stride + column;
  Vec sums[Chains][Rows][Vecs] = {};
#pragma GCC unroll 16
  for (int v = 0; v < Vecs; ++v) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      if (!pass.is_first) {
        sums[0][r][v] = load_columns(c + r * p.c_stride + v * kWidth, p.n - column - v * kWidth);
      } else if (p.bias != nullptr) {
        sums[0][r][v] = load(p.bias + column + v * kWidth);
      }
    }
  }
  const auto add_terms = [&](Vec(&to)[Rows][Vecs], const Activation<Weight>* from,
                             const Weight* with, Index k) {
    typename Operands::Terms b[Vecs];
#pragma GCC unroll 16
    for (int v = 0; v < Vecs; ++v) {
      const Weight* const at = with + (k * kColumnBlock + v * kWidth) * kTogether;
      b[v] = Operands::load(at);
      if constexpr (Rows > 1) {  // one row reads b from end to end, once
        __builtin_prefetch(at + p.k * kColumnBlock, 0, 2);
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < Vecs; ++v) {
        Operands::add(to[r][v], b[v], from + r * a_row + k * a_terms);
      }
    }
  };
  const Index terms = pass.terms / p.a_pieces;
  for (Index piece = 0; piece < p.a_pieces; ++piece) {
    const Activation<Weight>* const of_piece = a + piece * p.a_piece_stride;
    const Weight* const b_of_piece = block + piece * terms * kColumnBlock;
    const Index steps = terms / kTogether;
    Index k = 0;
    for (; k + Chains <= steps; k += Chains) {
#pragma GCC unroll 8
      for (int chain = 0; chain < Chains; ++chain) {
        add_terms(sums[chain], of_piece, b_of_piece, k + chain);
      }
    }
    for (; k < steps; ++k) {
      add_terms(sums[0], of_piece, b_of_piece, k);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < Vecs; ++v) {
      Vec sum = sums[0][r][v];
#pragma GCC unroll 8
      for (int chain = 1; chain < Chains; ++chain) {
        sum += sums[chain][r][v];
      }
      if (p.relu && pass.is_last) {
        sum = relu(sum);
      }
      const Index columns = p.n - column - v * kWidth;
      if (columns > 0) {
        store_columns(c + r * p.c_stride + v * kWidth, sum, columns);
      }
    }
  }
}

// `rows` of at most Rows.
template <int Rows, class Weight>
inline void multiply_up_to(const Product<Weight>& p, Index row, Index rows, Index column,
                           const Pass<Weight>& pass) {
  if constexpr (Rows > 0) {
    if (rows == Rows) {
      if (p.a_transposed) {
        multiply_tile<Rows, kTileVecs, 1, true>(p, row, column, pass);
      } else {
        multiply_tile<Rows, kTileVecs, 1, false>(p, row, column, pass);
      }
    } else {
      multiply_up_to<Rows - 1>(p, row, rows, column, pass);
    }
  }
}

// A block of columns with all rows, in tiles of about as many rows each: one of few rows would wait
// for its own FMAs.
template <class Weight>
inline void multiply_block(const Product<Weight>& p, Index block, const Pass<Weight>& pass) {
  const Index tiles = (p.rows + kTileRows - 1) / kTileRows;
  for (Index column = block; column < block + kColumnBlock && column < p.n;
       column += kTileVecs * kWidth) {
    for (Index tile = 0; tile < tiles; ++tile) {
      const Index row = p.rows * tile / tiles;
      multiply_up_to<kTileRows>(p, row, p.rows * (tile + 1) / tiles - row, column, pass);
    }
  }
}

// Many rows read halves as floats, converted once.
inline void multiply_block_as_float(const Product<Half>& p, Index block, const Pass<Half>& pass) {
  alignas(kVecBytes) float weights[kTermsPerPass * kColumnBlock];
  for (Index i = 0; i < pass.terms * kColumnBlock; i += kWidth) {
    store(weights + i, load(pass.weights + i));
  }
  multiply_block(Product<float>{.rows = p.rows,
                                .n = p.n,
                                .k = p.k,
                                .a = p.a,
                                .a_stride = p.a_stride,
                                .b = nullptr,
                                .bias = p.bias,
                                .relu = p.relu,
                                .c = p.c,
                                .c_stride = p.c_stride},
                 block, {weights, pass.first_term, pass.terms, pass.is_first, pass.is_last});
}

// One row: b is read once, a whole block at a time, with eight vectors of sums.
template <class Weight>
inline void multiply_row(const Product<Weight>& p) {
  constexpr int kVecs = static_cast<int>(kColumnBlock) / kWidth;
  constexpr int kChains = kVecs >= 8 ? 1 : 8 / kVecs;
  for (Index block = 0; block < p.n; block += kColumnBlock) {
    multiply_tile<1, kVecs, kChains, false>(p, 0, block,
                                            Pass<Weight>{p.b + block * p.k, 0, p.k, true, true});
  }
}

template <class Weight>
inline void multiply_rows(const Product<Weight>& p) {
#ifdef __AMX_BF16__
  if constexpr (std::is_same_v<Weight, bfloat16>) {
    if (fits_amx(p)) {
      multiply_amx(p);
      return;
    }
  }
#endif
  const bool are_many = p.rows > kTileRows && p.a_pieces == 1;
  const Index terms = are_many ? kTermsPerPass : p.k;
  for (Index first = 0; first == 0 || first < p.k; first += terms) {
    const Index of_pass = p.k - first < terms ? p.k - first : terms;
    for (Index block = 0; block < p.n; block += kColumnBlock) {
      const Pass<Weight> pass{p.b + block * p.k + first * kColumnBlock, first, of_pass,
                              first == 0 && !p.accumulate, first + of_pass == p.k};
      if constexpr (std::is_same_v<Weight, Half>) {
        if (are_many) {
          multiply_block_as_float(p, block, pass);
          continue;
        }
      }
      multiply_block(p, block, pass);
    }
  }
}

template <class Weight>
inline void multiply_any(const Product<Weight>& p) {
  p.rows == 1 && !p.accumulate && !p.a_transposed ? multiply_row(p) : multiply_rows(p);
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
