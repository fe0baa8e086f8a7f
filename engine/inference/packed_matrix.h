// Weights in the order in which the kernels read them.
#pragma once

#include <algorithm>
#include <span>

#include "engine/inference/aligned_buffer.h"
#include "kernels/cpu/inference/inference_kernels.h"

namespace inkling::frozen {

// A matrix [k, n] as cpu::inference::multiply() takes it.
class PackedMatrix {
 public:
  // element(row, column) gives its values.
  template <class Element>
  PackedMatrix(Index k, Index n, const Element& element)
      : values_(static_cast<std::size_t>(cpu::inference::packed_size(k, n))) {
    for (Index column = 0; column < cpu::inference::padded_columns(n); ++column) {
      for (Index row = 0; row < k; ++row) {
        values_.data()[cpu::inference::packed_index(k, row, column)] =
            column < n ? element(row, column) : 0.0F;
      }
    }
  }

  const float* data() const { return values_.data(); }

 private:
  AlignedBuffer values_;
};

// With zeros as far as the kernels read.
inline AlignedBuffer padded_bias(std::span<const float> bias) {
  AlignedBuffer padded(static_cast<std::size_t>(cpu::inference::padded_columns(std::ssize(bias))));
  std::fill_n(std::copy(bias.begin(), bias.end(), padded.data()), padded.size() - bias.size(),
              0.0F);
  return padded;
}

}  // namespace inkling::frozen
