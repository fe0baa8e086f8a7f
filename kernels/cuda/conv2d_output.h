// What follows a convolution while its results are still in registers: bias, ReLU, 2×2 max-pool. The sums
// before the pool, four times as many, never touch memory.
#pragma once

#include "kernels/cuda/split_k.h"

namespace inkling::cuda {

// The larger of two candidates of a window: NaN is the largest of all, and of equals the first wins.
struct Candidate {
  float value;
  int place;  // 0..3 in the window

  __device__ bool beats(const Candidate& other) const {
    const bool nan = value != value;
    const bool other_nan = other.value != other.value;
    const bool equal = value == other.value || (nan && other_nan);
    return equal ? place < other.place : (nan || (!other_nan && value > other.value));
  }
};

__device__ inline float rectified(float value) { return value <= 0.0F ? 0.0F : value; }  // NaN stays

template <class T>
struct ConvOutput {
  Fused fused;
  const T* bias;
  T* y;
  std::uint8_t* choice;

  // A thread's 8 × 4 results of the CUDA cores. They are taken by index, never by a pointer: they must
  // stay in registers.
  __device__ void write(int /*split*/, int row, int column, const gemm::Results& results,
                        const GemmSize& size) const {
#pragma unroll
    for (int j = 0; j < gemm::kColumns; ++j) {
      if (column + j >= size.n) {
        continue;
      }
#pragma unroll
      for (int i = 0; i < gemm::kRows; i += 4) {
        if (fused != Fused::relu_pool) {
#pragma unroll
          for (int k = 0; k < 4; ++k) {
            write_pixel(row + i + k, column + j, results[i + k][j], size);
          }
        } else if (row + i < size.m) {
          const float shift = shift_of(column + j);
          Candidate best{rectified(results[i][j] + shift), 0};
#pragma unroll
          for (int k = 1; k < 4; ++k) {
            const Candidate next{rectified(results[i + k][j] + shift), k};
            best = next.beats(best) ? next : best;
          }
          write_window(row + i, column + j, best, size);
        }
      }
    }
  }

  // A fragment of the tensor cores. A window's four rows are in four lanes, whose numbers differ in bits 2
  // and 3; every lane takes part in the exchange, whatever of the tile is inside.
  __device__ void fragment(int /*split*/, int first_row, int first_column, const float (&sums)[4],
                           const GemmSize& size) const {
    const FragmentPlace place(first_row, first_column);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = place.row_of(i);
      const int column = place.column_of(i);
      if (fused != Fused::relu_pool) {
        if (column < size.n) {
          write_pixel(row, column, sums[i], size);
        }
        continue;
      }
      const float shift = column < size.n ? shift_of(column) : 0.0F;
      Candidate best{rectified(sums[i] + shift), row % 4};
#pragma unroll
      for (int bit = 4; bit <= 8; bit *= 2) {
        const Candidate other{__shfl_xor_sync(0xFFFFFFFFU, best.value, bit),
                              __shfl_xor_sync(0xFFFFFFFFU, best.place, bit)};
        best = other.beats(best) ? other : best;
      }
      if (row % 4 == 0 && row < size.m && column < size.n) {
        write_window(row, column, best, size);
      }
    }
  }

 private:
  __device__ float shift_of(int column) const {
    return bias != nullptr ? to_float(bias[column]) : 0.0F;
  }

  __device__ void write_pixel(int row, int column, float sum, const GemmSize& size) const {
    if (row < size.m) {
      const float value = sum + shift_of(column);
      store(y[static_cast<Index>(row) * size.n + column],
            fused == Fused::relu ? rectified(value) : value);
    }
  }

  __device__ void write_window(int row, int column, const Candidate& best,
                               const GemmSize& size) const {
    const Index place = static_cast<Index>(row / 4) * size.n + column;
    store(y[place], best.value);
    if (choice != nullptr) {
      choice[place] = static_cast<std::uint8_t>(best.place);
    }
  }
};

}  // namespace inkling::cuda
