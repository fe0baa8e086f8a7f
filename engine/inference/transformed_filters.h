// The filters of a convolution by Winograd's minimal filtering, transformed once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "engine/inference/aligned_buffer.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::frozen {

// Weight: float or bfloat16.
template <class Weight>
class TransformedFilters {
 public:
  explicit TransformedFilters(const cpu::simd::WinogradFilters& filters)
      : values_(cpu::simd::kWinogradPositions *
                cpu::simd::packed_size(filters.in_channels, filters.out_channels)) {
    cpu::simd::winograd_filters(filters, values_.data());
  }

  const Weight* data() const { return values_.data(); }
  static const float* scales() { return nullptr; }

 private:
  AlignedBuffer<Weight> values_;
};

// In whole numbers: those of a position and an output channel are multiples of their scale.
template <>
class TransformedFilters<std::int16_t> {
 public:
  explicit TransformedFilters(const cpu::simd::WinogradFilters& filters)
      : values_(cpu::simd::kWinogradPositions *
                cpu::simd::packed_size(filters.in_channels, filters.out_channels)),
        scales_(cpu::simd::kWinogradPositions * cpu::simd::padded_columns(filters.out_channels)) {
    const TransformedFilters<float> exact(filters);
    const Index matrix = filters.in_channels * cpu::simd::kColumnBlock;
    const Index matrices = scales_.size() / cpu::simd::kColumnBlock;
    for (Index i = 0; i < matrices; ++i) {
      round(filters.in_channels, exact.data() + i * matrix, values_.data() + i * matrix,
            scales_.data() + i * cpu::simd::kColumnBlock);
    }
  }

  const std::int16_t* data() const { return values_.data(); }
  const float* scales() const { return scales_.data(); }

 private:
  // A packed matrix [in_channels, 32].
  static void round(Index in_channels, const float* from, std::int16_t* to, float* scales) {
    using cpu::simd::kColumnBlock, cpu::simd::packed_index;
    const float steps = cpu::simd::int16_steps(in_channels);
    for (Index column = 0; column < kColumnBlock; ++column) {
      float largest = 0;
      for (Index in = 0; in < in_channels; ++in) {
        largest = std::max(largest, std::abs(from[packed_index(in_channels, in, column)]));
      }
      const float per_unit = largest > 0 ? steps / largest : 0.0F;
      for (Index in = 0; in < in_channels; ++in) {
        to[packed_index<std::int16_t>(in_channels, in, column)] = static_cast<std::int16_t>(
            std::lrint(from[packed_index(in_channels, in, column)] * per_unit));
      }
      scales[column] = largest / steps;
    }
  }

  AlignedBuffer<std::int16_t> values_;
  AlignedBuffer<float> scales_;
};

}  // namespace inkling::frozen
