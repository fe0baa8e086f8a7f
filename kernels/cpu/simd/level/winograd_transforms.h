// Winograd's transforms, a vector of channels at a time. With a = 1/√2 and b = √2:
//
//        1   0  -5/2  0    1   0            1   1   1   1    1   0            1     0    0
//        0  -b  -2    a    1   0            0   a  -a   b   -b   0          -2/3 -2a/3 -1/3
//   Bᵀ = 0   b  -2   -a    1   0       Aᵀ = 0  1/2 1/2  2    2   0      G = -2/3  2a/3 -1/3
//        0  -a  -1/2  b    1   0            0  a/2 -a/2 2b  -2b  1           1/6   b/6  1/3
//        0   a  -1/2 -b    1   0                                             1/6  -b/6  1/3
//        0   1   0  -5/2   0   1                                              0     0    1
//
// and of F(2, 3), which takes the filters of the points 0, ±b and ∞:
//
//        1    0    -1/2  0            1  1  1  0
//   Bᵀ = 0   3b/2   3/2  0       Aᵀ = 0  b -b  1
//        0  -3b/2   3/2  0
//        0   -2     0    1
#pragma once

#include "kernels/cpu/simd/level/vec.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

inline constexpr float kA = 0.70710678118654752440F;
inline constexpr float kB = 1.41421356237309504880F;

// Each is one of these matrices by a vector; transform() puts them on both sides of a matrix.
struct TransformInput {  // Bᵀ
  static constexpr int kFrom = 6;
  static constexpr int kTo = 6;
  [[gnu::always_inline]] static void apply(const Vec (&d)[6], Vec (&t)[6]) {
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
};

struct TransformResult {  // Aᵀ
  static constexpr int kFrom = 6;
  static constexpr int kTo = 4;
  [[gnu::always_inline]] static void apply(const Vec (&m)[6], Vec (&y)[4]) {
    const Vec sum_a = m[1] + m[2];
    const Vec difference_a = kA * (m[1] - m[2]);
    const Vec sum_b = m[3] + m[4];
    const Vec difference_b = kB * (m[3] - m[4]);
    y[0] = m[0] + sum_a + sum_b;
    y[1] = difference_a + difference_b;
    y[2] = 0.5F * sum_a + 2.0F * sum_b;
    y[3] = 0.5F * difference_a + 2.0F * difference_b + m[5];
  }
};

struct TransformHalfInput {  // Bᵀ of F(2, 3)
  static constexpr int kFrom = 4;
  static constexpr int kTo = 4;
  [[gnu::always_inline]] static void apply(const Vec (&d)[4], Vec (&t)[4]) {
    const Vec even = 1.5F * d[2];
    const Vec odd = 1.5F * kB * d[1];
    t[0] = d[0] - 0.5F * d[2];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = d[3] - 2.0F * d[1];
  }
};

struct TransformHalfResult {  // Aᵀ of F(2, 3)
  static constexpr int kFrom = 4;
  static constexpr int kTo = 2;
  [[gnu::always_inline]] static void apply(const Vec (&m)[4], Vec (&y)[2]) {
    y[0] = m[0] + (m[1] + m[2]);
    y[1] = kB * (m[1] - m[2]) + m[3];
  }
};

struct TransformFilter {  // G
  static constexpr int kFrom = 3;
  static constexpr int kTo = 6;
  [[gnu::always_inline]] static void apply(const Vec (&g)[3], Vec (&u)[6]) {
    const Vec even_a = -(2.0F / 3) * g[0] - (1.0F / 3) * g[2];
    const Vec odd_a = (-2.0F / 3 * kA) * g[1];
    const Vec even_b = (1.0F / 6) * g[0] + (1.0F / 3) * g[2];
    const Vec odd_b = (1.0F / 6 * kB) * g[1];
    u[0] = g[0];
    u[1] = even_a + odd_a;
    u[2] = even_a - odd_a;
    u[3] = even_b + odd_b;
    u[4] = even_b - odd_b;
    u[5] = g[2];
  }
};

struct TransposedInput {  // B
  static constexpr int kFrom = 6;
  static constexpr int kTo = 6;
  [[gnu::always_inline]] static void apply(const Vec (&t)[6], Vec (&d)[6]) {
    const Vec sum_a = t[1] + t[2];
    const Vec difference_a = t[1] - t[2];
    const Vec sum_b = t[3] + t[4];
    const Vec difference_b = t[3] - t[4];
    d[0] = t[0];
    d[1] = t[5] - kB * difference_a - kA * difference_b;
    d[2] = -2.5F * t[0] - 2.0F * sum_a - 0.5F * sum_b;
    d[3] = kA * difference_a + kB * difference_b - 2.5F * t[5];
    d[4] = t[0] + sum_a + sum_b;
    d[5] = t[5];
  }
};

struct TransposedResult {  // A
  static constexpr int kFrom = 4;
  static constexpr int kTo = 6;
  [[gnu::always_inline]] static void apply(const Vec (&y)[4], Vec (&m)[6]) {
    const Vec even_a = y[0] + 0.5F * y[2];
    const Vec odd_a = kA * (y[1] + 0.5F * y[3]);
    const Vec even_b = y[0] + 2.0F * y[2];
    const Vec odd_b = kB * (y[1] + 2.0F * y[3]);
    m[0] = y[0];
    m[1] = even_a + odd_a;
    m[2] = even_a - odd_a;
    m[3] = even_b + odd_b;
    m[4] = even_b - odd_b;
    m[5] = y[3];
  }
};

struct TransposedFilter {  // Gᵀ
  static constexpr int kFrom = 6;
  static constexpr int kTo = 3;
  [[gnu::always_inline]] static void apply(const Vec (&u)[6], Vec (&g)[3]) {
    const Vec sum_a = u[1] + u[2];
    const Vec sum_b = u[3] + u[4];
    g[0] = u[0] - (2.0F / 3) * sum_a + (1.0F / 6) * sum_b;
    g[1] = (-2.0F / 3 * kA) * (u[1] - u[2]) + (1.0F / 6 * kB) * (u[3] - u[4]);
    g[2] = (1.0F / 3) * (sum_b - sum_a) + u[5];
  }
};

// L X Rᵀ: load(row, column) gives X, store(row, column, value) takes the result.
template <class L, class R, class Load, class Store>
inline void transform(const Load& load_at, const Store& store_at) {
  Vec columns[R::kFrom][L::kTo];  // L X: [column of X][row of the result]
#pragma GCC unroll 6
  for (int j = 0; j < R::kFrom; ++j) {
    Vec of_column[L::kFrom];
#pragma GCC unroll 6
    for (int i = 0; i < L::kFrom; ++i) {
      of_column[i] = load_at(i, j);
    }
    L::apply(of_column, columns[j]);
  }
#pragma GCC unroll 6
  for (int i = 0; i < L::kTo; ++i) {
    Vec of_row[R::kFrom];
#pragma GCC unroll 6
    for (int j = 0; j < R::kFrom; ++j) {
      of_row[j] = columns[j][i];
    }
    Vec result[R::kTo];
    R::apply(of_row, result);
#pragma GCC unroll 6
    for (int j = 0; j < R::kTo; ++j) {
      store_at(i, j, result[j]);
    }
  }
}
template <class M, class Load, class Store>
inline void transform_square(const Load& load_at, const Store& store_at) {
  transform<M, M>(load_at, store_at);
}

// Where the 36 numbers of a transform go, `position` apart: of kRowsTogether transforms side by
// side, as a product takes them. transform_square() of the i-th is given part(i), in this order.
template <class Weight>
class PositionStore {
 public:
  PositionStore(Weight* to, Index position) : to_(to), position_(position) {}

  auto part(Index i) {
    return [=, this](int row, int column, Vec value) {  // of which i is not always used
      const int at = 6 * row + column;
      if constexpr (kRowsTogether<Weight> == 1) {
        store(to_ + at * position_, value);
      } else if (i == 0) {
        first_[at] = value;
      } else {
        store_pairs(to_ + at * position_, first_[at], value);
      }
    };
  }

 private:
  Weight* to_;
  Index position_;
  Vec first_[kRowsTogether<Weight> == 1 ? 1 : kWinogradPositions];
};

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL
