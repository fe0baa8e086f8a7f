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

__device__ inline float rectified(float value) {
  return value <= 0.0F ? 0.0F : value;
}  // NaN stays

template <class T>
struct ConvOutput {
  Fused fused;
  const float* bias;
  T* y;
  std::uint8_t* choice;

  // A thread's 8 × 4 results of the CUDA cores. They are taken by index, never by a pointer: they must
  // stay in registers.
  __device__ void write(int /*split*/, int row, int column, const gemm::Results& results,
                        const GemmSize& size) const {
#pragma unroll
    for (int i = 0; i < gemm::kRows; i += 4) {
      int places = 0;
#pragma unroll
      for (int j = 0; j < gemm::kColumns; ++j) {
        if (fused != Fused::relu_pool) {
#pragma unroll
          for (int k = 0; k < 4; ++k) {
            write_pixel(row + i + k, column + j, results[i + k][j], size);
          }
          continue;
        }
        const float shift = shift_of(column + j, size);
        Candidate best{rectified(results[i][j] + shift), 0};
#pragma unroll
        for (int k = 1; k < 4; ++k) {
          const Candidate next{rectified(results[i + k][j] + shift), k};
          best = next.beats(best) ? next : best;
        }
        write_window(row + i, column + j, best.value, size);
        places |= best.place << 2 * j;
      }
      write_choice(row + i, column, places, size);
    }
  }

  // A fragment of the tensor cores. A window's four rows are in four lanes, whose numbers differ in bits 2
  // and 3, and four channels in two lanes; every lane takes part in the exchange, whatever of the tile is
  // inside.
  __device__ void fragment(int /*split*/, int first_row, int first_column, const float (&sums)[4],
                           const GemmSize& size) const {
    const FragmentPlace place(first_row, first_column);
    if (fused != Fused::relu_pool) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        write_pixel(place.row_of(i), place.column_of(i), sums[i], size);
      }
      return;
    }
#pragma unroll
    for (int i = 0; i < 4; i += 2) {
      const int row = place.row_of(i);
      const bool writes = row % 4 == 0;
      const Candidate left = best_of_window(sums[i], place.column_of(i), row % 4, size);
      const Candidate right = best_of_window(sums[i + 1], place.column_of(i + 1), row % 4, size);
      const int two = left.place | right.place << 2;
      const int next_two = __shfl_xor_sync(0xFFFFFFFFU, two, 1);
      if (writes) {
        write_window(row, place.column_of(i), left.value, size);
        write_window(row, place.column_of(i + 1), right.value, size);
      }
      if (writes && place.column_of(i) % 4 == 0) {
        write_choice(row, place.column_of(i), two | next_two << 4, size);
      }
    }
  }

 private:
  __device__ float shift_of(int column, const GemmSize& size) const {
    return bias != nullptr && column < size.n ? bias[column] : 0.0F;
  }

  __device__ Candidate best_of_window(float sum, int column, int mine, const GemmSize& size) const {
    Candidate best{rectified(sum + shift_of(column, size)), mine};
#pragma unroll
    for (int bit = 4; bit <= 8; bit *= 2) {
      const Candidate other{__shfl_xor_sync(0xFFFFFFFFU, best.value, bit),
                            __shfl_xor_sync(0xFFFFFFFFU, best.place, bit)};
      best = other.beats(best) ? other : best;
    }
    return best;
  }

  __device__ void write_pixel(int row, int column, float sum, const GemmSize& size) const {
    if (row < size.m && column < size.n) {
      const float value = sum + shift_of(column, size);
      store(y[static_cast<Index>(row) * size.n + column],
            fused == Fused::relu ? rectified(value) : value);
    }
  }

  __device__ void write_window(int row, int column, float value, const GemmSize& size) const {
    if (row < size.m && column < size.n) {
      store(y[static_cast<Index>(row / 4) * size.n + column], value);
    }
  }

  // Of four channels from `column` on, a multiple of four.
  __device__ void write_choice(int row, int column, int places, const GemmSize& size) const {
    if (fused == Fused::relu_pool && choice != nullptr && row < size.m && column < size.n) {
      choice[static_cast<Index>(row / 4) * choice_bytes(size.n) + column / 4] =
          static_cast<std::uint8_t>(places);
    }
  }
};

}  // namespace inkling::cuda
