// Matrices as simd::multiply() takes them (kernels/cpu/simd/product.h): kRowsTogether rows of each
// column side by side. Rows beyond k are zero.
#pragma once

#include <algorithm>

#include "kernels/cpu/simd/convert.h"
#include "kernels/cpu/simd/product.h"

namespace inkling::cpu {

// Columns [0, n) of a matrix of k rows, `row` apart, to [k / kRowsTogether, width, kRowsTogether]:
// zeros beyond n.
template <class Weight>
void interleave_rows(Index k, Index n, const Weight* from, Index row, Index width, Weight* to) {
  constexpr Index kTogether = simd::kRowsTogether<Weight>;
  static_assert(kTogether <= 2);
  const Index columns = std::min(n, width);
  for (Index first = 0; first < k; first += kTogether, to += width * kTogether) {
    const Weight* const a = from + first * row;
    if constexpr (kTogether == 1) {
      std::copy_n(a, columns, to);
    } else {
      if (first + 1 < k) {
        simd::interleave(columns, a, a + row, to);
      } else {
        for (Index c = 0; c < columns; ++c) {
          to[2 * c] = a[c];
          to[2 * c + 1] = Weight{};
        }
      }
    }
    std::fill_n(to + columns * kTogether, (width - columns) * kTogether, Weight{});
  }
}

// The same of the transpose of a matrix [n, k] of rows `row` apart, with k a multiple of
// kRowsTogether; terms [begin, end) of it.
template <class Weight>
void interleave_columns(Index begin, Index end, Index n, const Weight* from, Index row, Index width,
                        Weight* to) {
  constexpr Index kTogether = simd::kRowsTogether<Weight>;
  for (Index first = begin; first < end; first += kTogether) {
    Weight* const terms = to + first * width;
    for (Index c = 0; c < width; ++c) {
      for (Index i = 0; i < kTogether; ++i) {
        terms[c * kTogether + i] = c < n ? from[c * row + first + i] : Weight{};
      }
    }
  }
}

}  // namespace inkling::cpu
