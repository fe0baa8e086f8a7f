// Filters ⇄ their transforms.
#pragma once

#include "kernels/cpu/simd/level/product_tiles.h"
#include "kernels/cpu/simd/level/winograd_transforms.h"
#include "kernels/cpu/simd/winograd.h"
#include "kernels/cpu/simd/winograd_gradient.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

// As many input channels as a product takes together.
template <class Weight>
inline void transform_filters(const WinogradFilters& f, Weight* result) {
  constexpr Index kTogether = kRowsTogether<Weight>;
  const Index matrix = f.in_channels * kColumnBlock;
  for (Index block = 0; block < f.out_channels; block += kColumnBlock) {
    for (Index in = 0; in < f.in_channels; in += kTogether) {
      for (Index c = 0; c < kColumnBlock; c += kWidth) {
        PositionStore<Weight> to(result + packed_index<Weight>(f.in_channels, in, c), matrix);
#pragma GCC unroll 2
        for (Index i = 0; i < kTogether; ++i) {
          const float* const from = f.weight + (in + i) * f.row + block + c;
          transform_square<TransformFilter>(
              [&](int row, int column) {
                return load_columns(from + (3 * row + column) * f.in_channels * f.row,
                                    f.out_channels - block - c);
              },
              to.part(i));
        }
      }
    }
    result += kWinogradPositions * matrix;
  }
}

inline void filter_gradient(const WinogradFilterGradient& g) {
  const Index matrix = g.in_channels * kColumnBlock;
  for (Index in = 0; in < g.in_channels; ++in) {
    for (Index c = 0; c < kColumnBlock; c += kWidth) {
      const float* const from = g.transformed + in * kColumnBlock + c;
      transform_square<TransposedFilter>(
          [&](int i, int j) { return load(from + (6 * i + j) * matrix); },
          [&](int i, int j, Vec value) {
            store(g.dweight + ((3 * i + j) * g.in_channels + in) * g.row + c, value);
          });
    }
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
