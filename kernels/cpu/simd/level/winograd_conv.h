// Winograd's transforms, a vector of channels at a time. With a = 1/√2 and b = √2:
//
//        1   0  -5/2  0    1   0            1   1   1   1    1   0
//        0  -b  -2    a    1   0            0   a  -a   b   -b   0
//   Bᵀ = 0   b  -2   -a    1   0       Aᵀ = 0  1/2 1/2  2    2   0
//        0  -a  -1/2  b    1   0            0  a/2 -a/2 2b  -2b  1
//        0   a  -1/2 -b    1   0
//        0   1   0  -5/2   0   1
#pragma once

#include "kernels/cpu/simd/level/low_precision.h"
#include "kernels/cpu/simd/level/product_tiles.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

inline constexpr float kA = 0.70710678118654752440F;
inline constexpr float kB = 1.41421356237309504880F;

// Positions are a little further apart than their data: else the 36 stores of a transform would
// fall on the same set of the L1 cache.
inline constexpr Index kPaddingBytes = 64;

template <class Weight>
struct Workspace {
  Workspace(const WinogradConv<Weight>& conv, float* memory)
      : tiles(conv.tiles_down() * conv.tiles_across()),
        input_position(tiles * conv.in_channels + kPaddingBytes / Index{sizeof(Weight)}),
        result_position(tiles * kColumnBlock + kPaddingBytes / Index{sizeof(float)}),
        result(memory),
        input(reinterpret_cast<Weight*>(memory + kWinogradPositions * result_position)) {}

  Index floats() const { return kWinogradPositions * (result_position + input_position); }

  Index tiles;
  Index input_position;   // from position to position of `input`, [36][tiles][in_channels]
  Index result_position;  // of `result`, [36][tiles][32]
  float* result;
  Weight* input;  // as the products take it
};

inline void transform_input(const Vec (&d)[6], Vec (&t)[6]) {
  const Vec even_a = d[4] - 2.0F * d[2];
  const Vec odd_a = kA * d[3] - kB * d[1];
  const Vec even_b = d[4] - 0.5F * d[2];
  const Vec odd_b = kB * d[3] - kA * d[1];
  t[0] = d[0] - 2.5F * d[2] + d[4];
  t[1] = even_a + odd_a;
  t[2] = even_a - odd_a;
  t[3] = even_b + odd_b;
  t[4] = even_b - odd_b;
  t[5] = d[1] - 2.5F * d[3] + d[5];
}

inline void transform_result(const Vec (&m)[6], Vec (&y)[4]) {
  const Vec sum_a = m[1] + m[2];
  const Vec difference_a = kA * (m[1] - m[2]);
  const Vec sum_b = m[3] + m[4];
  const Vec difference_b = kB * (m[3] - m[4]);
  y[0] = m[0] + sum_a + sum_b;
  y[1] = difference_a + difference_b;
  y[2] = 0.5F * sum_a + 2.0F * sum_b;
  y[3] = 0.5F * difference_a + 2.0F * difference_b + m[5];
}

// x: the tile's first input.
template <class Weight>
inline void transform_input_tile(const WinogradConv<Weight>& conv, const float* x, Index row,
                                 Weight* to, Index position) {
  const Index channels = conv.in_channels;
  for (Index c = 0; c < channels; c += kWidth) {
    Vec columns[6][6];  // Bᵀ d: [column of d][row of the result]
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
      Vec d[6];
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i) {
        d[i] = load(x + i * row + j * channels + c);
      }
      transform_input(d, columns[j]);
    }
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      const Vec of_row[6] = {columns[0][i], columns[1][i], columns[2][i],
                             columns[3][i], columns[4][i], columns[5][i]};
      Vec t[6];
      transform_input(of_row, t);
#pragma GCC unroll 6
      for (int j = 0; j < 6; ++j) {
        store(to + (6 * i + j) * position + c, t[j]);
      }
    }
  }
}

// A tile's 4 × 4 results of a vector of channels, without the bias.
inline void transform_result_tile(const float* m, Index position, Vec (&y)[4][4]) {
  Vec columns[6][4];  // Aᵀ m: [column of m][row of y]
#pragma GCC unroll 6
  for (int j = 0; j < 6; ++j) {
    Vec of_column[6];
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      of_column[i] = load(m + (6 * i + j) * position);
    }
    transform_result(of_column, columns[j]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const Vec of_row[6] = {columns[0][i], columns[1][i], columns[2][i],
                           columns[3][i], columns[4][i], columns[5][i]};
    transform_result(of_row, y[i]);
  }
}

// Stores what of a tile lies within the image: its results, or the maxima of its four windows.
template <class Conv>
inline void store_tile(const Conv& conv, const Vec (&results)[4][4], Vec bias, Index y, Index x,
                       float* to, Index row) {
  const Index channels = conv.out_channels;
  if (conv.epilogue == Epilogue::relu_pool) {
#pragma GCC unroll 2
    for (Index i = 0; i < 2; ++i) {
#pragma GCC unroll 2
      for (Index j = 0; j < 2; ++j) {
        const Vec max = maximum(maximum(results[2 * i][2 * j], results[2 * i][2 * j + 1]),
                                maximum(results[2 * i + 1][2 * j], results[2 * i + 1][2 * j + 1]));
        if (y / 2 + i < conv.height / 2 && x / 2 + j < conv.width / 2) {
          store(to + (y / 2 + i) * row + (x / 2 + j) * channels, maximum(max + bias, Vec{}));
        }
      }
    }
    return;
  }
#pragma GCC unroll 4
  for (Index i = 0; i < 4; ++i) {
#pragma GCC unroll 4
    for (Index j = 0; j < 4; ++j) {
      const Vec sum = results[i][j] + bias;
      if (y + i < conv.height && x + j < conv.width) {
        store(to + (y + i) * row + (x + j) * channels,
              conv.epilogue == Epilogue::relu ? maximum(sum, Vec{}) : sum);
      }
    }
  }
}

// c [rows, 32] = a [rows, k] · b, a block of columns.
inline void multiply_position(Index rows, Index k, const float* a, const float* b, float* c) {
  multiply_rows(Product<float>{.rows = rows,
                               .n = kColumnBlock,
                               .k = k,
                               .a = a,
                               .a_stride = k,
                               .b = b,
                               .bias = nullptr,
                               .relu = false,
                               .c = c,
                               .c_stride = kColumnBlock});
}

// Calls visit(y, x, tile), y and x of the tile's first result.
template <class Conv, class Visit>
inline void for_each_tile(const Conv& conv, const Visit& visit) {
  Index tile = 0;
  for (Index y = 0; y < conv.height; y += Conv::kTile) {
    for (Index x = 0; x < conv.width; x += Conv::kTile) {
      visit(y, x, tile);
      ++tile;
    }
  }
}

template <class Weight>
inline void convolve(const WinogradConv<Weight>& conv, const ImageView<const float>& x,
                     const ImageView<float>& y, float* memory) {
  const Workspace<Weight> space(conv, memory);
  for_each_tile(conv, [&](Index row, Index column, Index tile) {
    transform_input_tile(conv, x.data + row * x.row + column * conv.in_channels, x.row,
                         space.input + tile * conv.in_channels, space.input_position);
  });
  // A block of channels from its products to its results, so that what is between, [36][tiles][32],
  // never leaves the cache of the core.
  const Index block_weights = conv.in_channels * kColumnBlock;
  for (Index block = 0; block < conv.out_channels; block += kColumnBlock) {
    const Weight* const weights = conv.weights + block * kWinogradPositions * conv.in_channels;
    for (Index position = 0; position < kWinogradPositions; ++position) {
      multiply_position(
          space.tiles, conv.in_channels, space.input + position * space.input_position,
          weights + position * block_weights, space.result + position * space.result_position);
    }
    const Index end =
        conv.out_channels - block < kColumnBlock ? conv.out_channels - block : kColumnBlock;
    for_each_tile(conv, [&](Index row, Index column, Index tile) {
      for (Index c = 0; c < end; c += kWidth) {
        Vec results[4][4];
        transform_result_tile(space.result + tile * kColumnBlock + c, space.result_position,
                              results);
        store_tile(conv, results, load(conv.bias + block + c), row, column, y.data + block + c,
                   y.row);
      }
    });
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
