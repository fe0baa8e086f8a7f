// Weights in the order in which the kernels read them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>

#include "engine/inference/aligned_buffer.h"
#include "engine/io/half.h"
#include "kernels/cpu/simd/product.h"

namespace inkling::frozen {

// A matrix [k, n] as cpu::simd::multiply() takes it, out of a weight [n, k] whose columns
// stand in another order: row i of the result is column order[i] of the weight.
// Weight: float, or Half for weights that a half holds exactly, as files of float16 have them.
template <class Weight>
class PackedMatrix {
 public:
  PackedMatrix(Index n, std::span<const float> weight, std::span<const Index> order)
      : values_(cpu::simd::packed_size(std::ssize(order), n)) {
    const Index k = std::ssize(order);
    for (Index block = 0; block < n; block += cpu::simd::kColumnBlock) {
      const Index end = std::min(n, block + cpu::simd::kColumnBlock);
      for (Index row = 0; row < k; ++row) {
        Weight* const to = values_.data() + cpu::simd::packed_index(k, row, block);
        std::fill_n(to, cpu::simd::kColumnBlock, Weight{});
        for (Index column = block; column < end; ++column) {
          to[column - block] = stored(
              weight[static_cast<std::size_t>(column * k + order[static_cast<std::size_t>(row)])]);
        }
      }
    }
  }

  const Weight* data() const { return values_.data(); }

 private:
  static Weight stored(float value) {
    if constexpr (std::is_same_v<Weight, float>) {
      return value;
    } else {
      return {float_to_float16(value)};
    }
  }

  AlignedBuffer<Weight> values_;
};

// The same in int8: a column's weights are multiples of its scale, the largest 127 of it.
class PackedInt8Matrix {
 public:
  PackedInt8Matrix(Index n, std::span<const float> weight, std::span<const Index> order)
      : values_(cpu::simd::packed_size(std::ssize(order), n)),
        scales_(cpu::simd::padded_columns(n)) {
    const Index k = std::ssize(order);
    std::fill_n(values_.data(), values_.size(), std::int8_t{0});
    std::fill_n(scales_.data(), scales_.size(), 0.0F);
    for (Index column = 0; column < n; ++column) {
      const float* const row_of_weight = weight.data() + column * k;
      const float largest =
          std::abs(*std::max_element(row_of_weight, row_of_weight + k,
                                     [](float a, float b) { return std::abs(a) < std::abs(b); }));
      const float per_scale = largest > 0 ? 127 / largest : 0.0F;
      scales_.data()[column] = largest / 127;
      for (Index row = 0; row < k; ++row) {
        const float steps = row_of_weight[order[static_cast<std::size_t>(row)]] * per_scale;
        values_.data()[cpu::simd::packed_index<std::int8_t>(k, row, column)] =
            static_cast<std::int8_t>(std::lrint(steps));
      }
    }
  }

  const std::int8_t* data() const { return values_.data(); }
  const float* scales() const { return scales_.data(); }

 private:
  AlignedBuffer<std::int8_t> values_;
  AlignedBuffer<float> scales_;
};

// With zeros as far as the kernels read.
inline AlignedBuffer<float> padded_bias(std::span<const float> bias) {
  AlignedBuffer<float> padded(cpu::simd::padded_columns(std::ssize(bias)));
  std::fill(std::copy(bias.begin(), bias.end(), padded.data()), padded.data() + padded.size(),
            0.0F);
  return padded;
}

}  // namespace inkling::frozen
