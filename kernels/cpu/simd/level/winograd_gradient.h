// The gradients of a 3 × 3 convolution by Winograd's minimal filtering
// (kernels/cpu/simd/winograd_gradient.h has the formulas).
#pragma once

#include "kernels/cpu/simd/level/argmax.h"
#include "kernels/cpu/simd/level/product_tiles.h"
#include "kernels/cpu/simd/level/winograd_transforms.h"
#include "kernels/cpu/simd/winograd_gradient.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

inline void transform_input_of_image(const WinogradGradient& g, Index image,
                                     const ImageView<const float>& padded_x) {
  float* const to = g.inputs + image * g.tiles.count() * g.in_channels;
  for_each_tile(g.tiles, [&](Index y, Index x, Index tile) {
    transform_input_tile(g.in_channels, padded_x.data + y * padded_x.row + x * g.in_channels,
                         padded_x.row, to + tile * g.in_channels, g.input_position());
  });
}

// The gradient of a tile's 4 × 4 sums, of a vector of channels from `c` on: that of the results,
// where ReLU let it pass, from the window's maximum; 0 beyond the image.
template <Epilogue kEpilogue>
inline void load_gradient(const WinogradGradient& g, const ResultGradient& result, Index y, Index x,
                          Index c, Vec (&dy)[4][4]) {
  constexpr int kShrink = kEpilogue == Epilogue::relu_pool ? 2 : 1;
  constexpr int kSide = WinogradTiles::kTile / kShrink;
  const Index height = g.tiles.height / kShrink;
  const Index width = g.tiles.width / kShrink;
#pragma GCC unroll 4
  for (int i = 0; i < kSide; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < kSide; ++j) {
      const Index row = y / kShrink + i;
      const Index column = x / kShrink + j;
      const bool is_inside = row < height && column < width;
      const Index pixel = is_inside ? row * width + column : 0;
      Vec value = is_inside ? load(result.dy + pixel * g.out_channels + c) : Vec{};
      if constexpr (kEpilogue != Epilogue::none) {
        value = load(result.y + pixel * g.out_channels + c) > 0 ? value : Vec{};
      }
      if constexpr (kEpilogue == Epilogue::relu_pool) {
        const IntVec argmax =
            load_argmax(result.argmax + pixel * packed_argmax_bytes(g.out_channels) + c / 4);
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
          dy[2 * i + k / 2][2 * j + k % 2] = argmax == k ? value : Vec{};
        }
      } else {
        dy[i][j] = value;
      }
    }
  }
}

inline Vec sum(const Vec (&dy)[4][4]) {
  Vec rows[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    rows[i] = (dy[i][0] + dy[i][1]) + (dy[i][2] + dy[i][3]);
  }
  return (rows[0] + rows[1]) + (rows[2] + rows[3]);
}

template <Epilogue kEpilogue>
inline void transform_gradient(const WinogradGradient& g, Index image, const ResultGradient& result,
                               float* dbias) {
  const Index rows = g.images * g.tiles.count();
  for (Index c = 0; c < g.out_channels; c += kWidth) {
    float* const to = g.results + c / kColumnBlock * rows * kColumnBlock +
                      image * g.tiles.count() * kColumnBlock + c % kColumnBlock;
    Vec of_bias = {};
    for_each_tile(g.tiles, [&](Index y, Index x, Index tile) {
      Vec dy[4][4];
      load_gradient<kEpilogue>(g, result, y, x, c, dy);
      of_bias += sum(dy);
      transform_square<TransposedResult>(
          [&](int i, int j) { return dy[i][j]; },
          [&](int i, int j, Vec value) {
            store(to + tile * kColumnBlock + (6 * i + j) * g.result_position(), value);
          });
    });
    if (dbias != nullptr) {
      store(dbias + c, of_bias);
    }
  }
}

inline void transform_gradient_of_image(const WinogradGradient& g, Index image,
                                        const ResultGradient& result, float* dbias) {
  switch (g.epilogue) {
    case Epilogue::none:
      return transform_gradient<Epilogue::none>(g, image, result, dbias);
    case Epilogue::relu:
      return transform_gradient<Epilogue::relu>(g, image, result, dbias);
    case Epilogue::relu_pool:
      return transform_gradient<Epilogue::relu_pool>(g, image, result, dbias);
  }
}

// dU = Vᵀ D, then dV = D Uᵀ in V's place.
inline void multiply_gradients(const WinogradGradient& g, Index position, bool accumulate) {
  const Index rows = g.images * g.tiles.count();
  float* const input = g.inputs + position * g.input_position();
  const float* const result = g.results + position * g.result_position();
  if (g.filter_gradients != nullptr) {
    const Index matrix = g.in_channels * kColumnBlock;
    for (Index block = 0; block < g.out_channels / kColumnBlock; ++block) {
      multiply_any(
          Product<float>{.rows = g.in_channels,
                         .n = kColumnBlock,
                         .k = rows,
                         .a = input,
                         .a_stride = g.in_channels,
                         .a_transposed = true,
                         .b = result + block * rows * kColumnBlock,
                         .accumulate = accumulate,
                         .c = g.filter_gradients + (block * kWinogradPositions + position) * matrix,
                         .c_stride = kColumnBlock});
    }
  }
  if (g.filters != nullptr) {
    const Index matrix = g.out_channels * kColumnBlock;
    for (Index block = 0; block < g.in_channels / kColumnBlock; ++block) {
      multiply_any(Product<float>{.rows = rows,
                                  .n = kColumnBlock,
                                  .k = g.out_channels,
                                  .a = result,
                                  .a_stride = kColumnBlock,
                                  .a_pieces = g.out_channels / kColumnBlock,
                                  .a_piece_stride = rows * kColumnBlock,
                                  .b = g.filters + (block * kWinogradPositions + position) * matrix,
                                  .c = input + block * kColumnBlock,
                                  .c_stride = g.in_channels});
    }
  }
}

inline void input_gradient_of_image(const WinogradGradient& g, Index image,
                                    const ImageView<float>& padded_dx) {
  const float* const from = g.inputs + image * g.tiles.count() * g.in_channels;
  for_each_tile(g.tiles, [&](Index y, Index x, Index tile) {
    float* const to = padded_dx.data + y * padded_dx.row + x * g.in_channels;
    for (Index c = 0; c < g.in_channels; c += kWidth) {
      transform_square<TransposedInput>(
          [&](int i, int j) {
            return load(from + tile * g.in_channels + c + (6 * i + j) * g.input_position());
          },
          [&](int i, int j, Vec value) {
            float* const pixel = to + i * padded_dx.row + j * g.in_channels + c;
            store(pixel, load(pixel) + value);
          });
    }
  });
}

inline void filter_gradient_of_block(const WinogradGradient& g, Index block, float* dweight) {
  const Index matrix = g.in_channels * kColumnBlock;
  const float* const from = g.filter_gradients + block * kWinogradPositions * matrix;
  for (Index in = 0; in < g.in_channels; ++in) {
    for (Index c = 0; c < kColumnBlock; c += kWidth) {
      transform_square<TransposedFilter>(
          [&](int i, int j) { return load(from + (6 * i + j) * matrix + in * kColumnBlock + c); },
          [&](int i, int j, Vec value) {
            store(dweight + ((3 * i + j) * g.in_channels + in) * g.out_channels + c, value);
          });
    }
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
