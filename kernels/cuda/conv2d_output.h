// What follows a convolution while its results are still in registers: bias, ReLU, 2×2 max-pool.
// The sums before the pool, four times as many, never touch memory.
#pragma once

#include "kernels/cuda/split_k.h"

namespace inkling::cuda {

// The largest of a window's pixels so far: NaN is the largest of all, and of equals the first wins.
struct Candidate {
  float value;
  int place;  // 0..3 in the window

  __device__ void meet(float next, int its_place) {
    if (!(next <= value) && value == value) {
      value = next;
      place = its_place;
    }
  }
};

__device__ inline float rectified(float value) {
  return value <= 0.0F ? 0.0F : value;
}  // NaN stays

template <class T, Epilogue Follows>
struct ConvOutput {
  ConvOutput(const Conv2dForward<T>& args, Index all_windows)
      : bias(args.bias),
        y(args.y),
        argmax(args.argmax),
        windows(static_cast<int>(all_windows)),
        pairs(can_store_two(args.y, static_cast<int>(args.shape.out_channels))) {}

  const float* bias;
  T* y;
  std::uint8_t* argmax;
  int windows;
  bool pairs;

  // A thread's 8 × 4 results of the CUDA cores: pixels, or two windows. They are taken by index,
  // never by a pointer: they must stay in registers.
  __device__ void write(int /*split*/, int row, int column, const gemm::Results& results,
                        const GemmSize& size) const {
    if constexpr (Follows == Epilogue::relu_pool) {
#pragma unroll
      for (int i = 0; i < gemm::kRows; i += 4) {
        int places = 0;
#pragma unroll
        for (int j = 0; j < gemm::kColumns; ++j) {
          const float shift = bias_of(column + j, size);
          Candidate best{results[i][j] + shift, 0};
#pragma unroll
          for (int k = 1; k < 4; ++k) {
            best.meet(results[i + k][j] + shift, k);
          }
          if (row + i < size.m && column + j < size.n) {
            store(y[static_cast<Index>((row + i) / 4) * size.n + column + j],
                  rectified(best.value));
          }
          places |= best.place << 2 * j;
        }
        if (argmax != nullptr && row + i < size.m && column < size.n) {
          argmax[static_cast<Index>((row + i) / 4) * packed_argmax_bytes(size.n) + column / 4] =
              static_cast<std::uint8_t>(places);
        }
      }
    } else {
#pragma unroll
      for (int i = 0; i < gemm::kRows; ++i) {
#pragma unroll
        for (int j = 0; j < gemm::kColumns; ++j) {
          if (row + i < size.m && column + j < size.n) {
            store(y[static_cast<Index>(row + i) * size.n + column + j],
                  followed(results[i][j] + bias_of(column + j, size)));
          }
        }
      }
    }
  }

  // A warp's 64 × 64 results of the tensor cores.
  __device__ void warp_tile(int /*split*/, int first_row, int first_column,
                            const tensor_core::Sums& sums, const GemmSize& size) const {
    if constexpr (Follows == Epilogue::relu_pool) {
#pragma unroll
      for (int i = 0; i < tensor_core::kFragmentsM; i += 2) {
        pool_rows((first_row + 16 * i) / 4, first_column, sums[i], sums[i + 1], size);
      }
    } else {
      for_each_pair(first_row, first_column, sums, [&](int row, int column, float sum, float next) {
        if (row < size.m) {
          store_two(y + static_cast<Index>(row) * size.n, column,
                    followed(sum + bias_of(column, size)),
                    followed(next + bias_of(column + 1, size)), size.n, pairs);
        }
      });
    }
  }

 private:
  using FragmentRow = float[tensor_core::kFragmentsN][4];

  __device__ float bias_of(int column, const GemmSize& size) const {
    return bias != nullptr && column < size.n ? bias[column] : 0.0F;
  }
  __device__ static float followed(float value) {
    return Follows == Epilogue::relu ? rectified(value) : value;
  }

  // 32 rows are eight windows, one of each lane's quarter: its pixels are the lane's rows of both
  // fragments (kWindowSpread).
  __device__ void pool_rows(int first_window, int first_column, const FragmentRow& top,
                            const FragmentRow& bottom, const GemmSize& size) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int window = first_window + lane / 4;
    std::uint32_t places = 0;  // four bits a fragment: of two channels
#pragma unroll
    for (int j = 0; j < tensor_core::kFragmentsN; ++j) {
      const int column = first_column + 8 * j + lane % 4 * 2;
      Candidate best[2];
#pragma unroll
      for (int c = 0; c < 2; ++c) {
        const float shift = bias_of(column + c, size);
        best[c] = {top[j][c] + shift, 0};
        best[c].meet(top[j][2 + c] + shift, 1);
        best[c].meet(bottom[j][c] + shift, 2);
        best[c].meet(bottom[j][2 + c] + shift, 3);
        places |= static_cast<std::uint32_t>(best[c].place) << (4 * j + 2 * c);
      }
      if (window < windows) {
        store_two(y + static_cast<Index>(window) * size.n, column, rectified(best[0].value),
                  rectified(best[1].value), size.n, pairs);
      }
    }
    if (argmax != nullptr) {
      store_argmax(window, first_column, places, size);
    }
  }

  // The four lanes of a window hold the choices of its 64 channels, two of every eight each; lane t
  // writes the bytes of channels 16 t … 16 t + 15.
  __device__ void store_argmax(int window, int first_column, std::uint32_t places,
                               const GemmSize& size) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    std::uint32_t of_lane[4];
#pragma unroll
    for (int t = 0; t < 4; ++t) {
      of_lane[t] = __shfl_sync(0xFFFFFFFFU, places, lane / 4 * 4 + t);
    }
    const int column = first_column + lane % 4 * 16;
    std::uint8_t* const to =
        argmax + static_cast<Index>(window) * packed_argmax_bytes(size.n) + column / 4;
#pragma unroll
    for (int byte = 0; byte < 4; ++byte) {
      const int shift = 4 * (lane % 4 * 2 + byte / 2);  // of the fragment with these channels
      const std::uint32_t low = of_lane[byte % 2 * 2] >> shift & 15U;
      const std::uint32_t high = of_lane[byte % 2 * 2 + 1] >> shift & 15U;
      if (window < windows && column + 4 * byte < size.n) {
        to[byte] = static_cast<std::uint8_t>(low | high << 4);
      }
    }
  }
};

}  // namespace inkling::cuda
