// The gradients of a 3 × 3 convolution by Winograd's minimal filtering
// (kernels/cpu/simd/winograd_gradient.h has the formulas).
#pragma once

#include "kernels/cpu/simd/level/argmax.h"
#include "kernels/cpu/simd/level/product_tiles.h"
#include "kernels/cpu/simd/level/winograd_transforms.h"
#include "kernels/cpu/simd/winograd_gradient.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

template <class Weight>
inline void transform_input_of_image(const WinogradGradient<Weight>& g, Index image,
                                     const ImageView<const float>& padded_x) {
  constexpr Index kTogether = kRowsTogether<Weight>;
  Weight* const to = g.inputs + image * g.rows_of_image() * g.in_channels;
  for (Index row = 0; row < g.rows_of_image(); row += kTogether) {
    for (Index c = 0; c < g.in_channels; c += kWidth) {
      PositionStore<Weight> positions(to + row * g.in_channels + c * kTogether, g.input_position());
#pragma GCC unroll 2
      for (Index i = 0; i < kTogether; ++i) {
        const bool is_tile = row + i < g.tiles.count();
        const float* const x = padded_x.data + g.tiles.first_row(row + i) * padded_x.row +
                               g.tiles.first_column(row + i) * g.in_channels + c;
        transform_square<TransformInput>(
            [&](int y, int column) {
              return is_tile ? load(x + y * padded_x.row + column * g.in_channels) : Vec{};
            },
            positions.part(i));
      }
    }
  }
}

// The gradient of a tile's 4 × 4 sums, of a vector of channels from `c` on: that of the results,
// where ReLU let it pass, from the window's maximum; 0 beyond the image.
template <Epilogue kEpilogue, class Weight>
inline void load_gradient(const WinogradGradient<Weight>& g, const ResultGradient& result,
                          Index tile, Index c, Vec (&dy)[4][4]) {
  constexpr int kShrink = kEpilogue == Epilogue::relu_pool ? 2 : 1;
  constexpr int kSide = WinogradTiles::kTile / kShrink;
  const Index height = g.tiles.height / kShrink;
  const Index width = g.tiles.width / kShrink;
#pragma GCC unroll 4
  for (int i = 0; i < kSide; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < kSide; ++j) {
      const Index row = g.tiles.first_row(tile) / kShrink + i;
      const Index column = g.tiles.first_column(tile) / kShrink + j;
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

template <Epilogue kEpilogue, class Weight>
inline void transform_gradient(const WinogradGradient<Weight>& g, Index image,
                               const ResultGradient& result, float* dbias) {
  constexpr Index kTogether = kRowsTogether<Weight>;
  for (Index c = 0; c < g.out_channels; c += kWidth) {
    const Index first =
        c / kColumnBlock * g.rows() * kColumnBlock + image * g.rows_of_image() * kColumnBlock;
    const Index column = c % kColumnBlock;
    Vec of_bias = {};
    for (Index row = 0; row < g.rows_of_image(); row += kTogether) {
      PositionStore<Weight> positions(g.results + first + row * kColumnBlock + column * kTogether,
                                      g.result_position());
#pragma GCC unroll 2
      for (Index i = 0; i < kTogether; ++i) {
        Vec dy[4][4] = {};
        if (row + i < g.tiles.count()) {
          load_gradient<kEpilogue>(g, result, row + i, c, dy);
        }
        of_bias += sum(dy);
        const auto part = positions.part(i);
        Weight* const by_row = g.results_by_row + first + (row + i) * kColumnBlock + column;
        transform_square<TransposedResult>([&](int y, int x) { return dy[y][x]; },
                                           [&](int y, int x, Vec value) {
                                             part(y, x, value);
                                             if constexpr (kTogether > 1) {
                                               store(by_row + (6 * y + x) * g.result_position(),
                                                     value);
                                             }
                                           });
      }
    }
    if (dbias != nullptr) {
      store(dbias + c, of_bias);
    }
  }
}

template <class Weight>
inline void transform_gradient_of_image(const WinogradGradient<Weight>& g, Index image,
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

// dU = Vᵀ D, then dV = D Uᵀ, which may take V's place.
template <class Weight>
inline void multiply_gradients(const WinogradGradient<Weight>& g, Index position, bool accumulate) {
  const Index rows = g.rows();
  if (g.filter_gradients != nullptr) {
    const Index matrix = g.in_channels * kColumnBlock;
    for (Index block = 0; block < g.out_channels / kColumnBlock; ++block) {
      multiply_any(Product<Weight>{
          .rows = g.in_channels,
          .n = kColumnBlock,
          .k = rows,
          .a = g.inputs + position * g.input_position(),
          .a_stride = g.in_channels * kRowsTogether<Weight>,
          .a_transposed = true,
          .b = g.results + position * g.result_position() + block * rows * kColumnBlock,
          .accumulate = accumulate,
          .c = g.filter_gradients + (block * kWinogradPositions + position) * matrix,
          .c_stride = kColumnBlock});
    }
  }
  if (g.filters != nullptr) {
    const Index matrix = g.out_channels * kColumnBlock;
    for (Index block = 0; block < g.in_channels / kColumnBlock; ++block) {
      multiply_any(Product<Weight>{
          .rows = rows,
          .n = kColumnBlock,
          .k = g.out_channels,
          .a = g.results_by_row + position * g.result_position(),
          .a_stride = kColumnBlock,
          .a_pieces = g.out_channels / kColumnBlock,
          .a_piece_stride = rows * kColumnBlock,
          .b = g.filters + (block * kWinogradPositions + position) * matrix,
          .c = g.input_gradients + position * g.input_position() + block * kColumnBlock,
          .c_stride = g.in_channels});
    }
  }
}

template <class Weight>
inline void input_gradient_of_image(const WinogradGradient<Weight>& g, Index image,
                                    const ImageView<float>& padded_dx) {
  const float* const from = g.input_gradients + image * g.rows_of_image() * g.in_channels;
  for (Index tile = 0; tile < g.tiles.count(); ++tile) {
    float* const to = padded_dx.data + g.tiles.first_row(tile) * padded_dx.row +
                      g.tiles.first_column(tile) * g.in_channels;
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
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
