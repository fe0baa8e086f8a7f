// The forward product's epilogue: bias, ReLU and 2×2 max-pooling while the sums are still in
// registers. The sums before the pool, four times as many, never reach memory.
#pragma once

#include "kernels/cuda/gemm/split_k.h"
#include "kernels/pointwise.h"

namespace inkling::cuda {

template <class T, Epilogue kEpilogue>
struct ConvEpilogue {
  ConvEpilogue(const Conv2dForward<T>& args, Index window_count)
      : bias(args.bias),
        y(args.y),
        packed_argmax(args.argmax),
        windows(static_cast<int>(window_count)),
        as_pairs(can_store_pairs(args.y, static_cast<int>(args.shape.out_channels))) {}

  const float* bias;
  T* y;
  std::uint8_t* packed_argmax;
  int windows;
  bool as_pairs;

  // Of the tensor cores' sums; the CUDA cores' begin as 0.
  __device__ float initial_sum(int column, const GemmSize& size) const {
    return bias_at(bias, column, size);
  }

  // A thread's 8 × 4 accumulators: eight pixels, or two windows, of four channels. Indexed, never
  // through a pointer, so that they stay in registers.
  __device__ void store_thread_tile(int /*split*/, int row, int column,
                                    const simt::Accumulators& acc, const GemmSize& size) const {
    if constexpr (kEpilogue == Epilogue::relu_pool) {
#pragma unroll
      for (int i = 0; i < simt::kThreadTileM; i += 4) {
        int argmax = 0;  // of four channels, two bits each
#pragma unroll
        for (int j = 0; j < simt::kThreadTileN; ++j) {
          const float shift = bias_at(bias, column + j, size);
          RunningMax<float> max{acc[i][j] + shift, 0};
#pragma unroll
          for (int k = 1; k < 4; ++k) {
            max.update(acc[i + k][j] + shift, k);
          }
          if (row + i < size.m && column + j < size.n) {
            store(y[static_cast<Index>((row + i) / 4) * size.n + column + j], relu(max.value));
          }
          argmax |= max.argmax << 2 * j;
        }
        if (packed_argmax != nullptr && row + i < size.m && column < size.n) {
          packed_argmax[static_cast<Index>((row + i) / 4) * packed_argmax_bytes(size.n) +
                        column / 4] = static_cast<std::uint8_t>(argmax);
        }
      }
    } else {
#pragma unroll
      for (int i = 0; i < simt::kThreadTileM; ++i) {
#pragma unroll
        for (int j = 0; j < simt::kThreadTileN; ++j) {
          if (row + i < size.m && column + j < size.n) {
            store(y[static_cast<Index>(row + i) * size.n + column + j],
                  apply(acc[i][j] + bias_at(bias, column + j, size)));
          }
        }
      }
    }
  }

  template <int FragmentsM, int FragmentsN>
  __device__ void store_warp_tile(int /*split*/, int first_row, int first_column,
                                  const float (&acc)[FragmentsM][FragmentsN][4],
                                  const GemmSize& size) const {
    if constexpr (kEpilogue == Epilogue::relu_pool) {
      static_assert(FragmentsM % 2 == 0 && FragmentsN % kPooledFragments == 0);
#pragma unroll
      for (int i = 0; i < FragmentsM; i += 2) {
#pragma unroll
        for (int j = 0; j < FragmentsN; j += kPooledFragments) {
          pool_fragments((first_row + 16 * i) / 4, first_column + 8 * j, acc[i], acc[i + 1], j,
                         size);
        }
      }
    } else {
      for_each_pair(first_row, first_column, acc, [&](int row, int column, float sum, float next) {
        if (row < size.m) {
          store_pair(y + static_cast<Index>(row) * size.n, column, apply(sum), apply(next), size.n,
                     as_pairs);
        }
      });
    }
  }

 private:
  // At a time: 64 channels, of which a lane holds 16, whose argmax fill 32 bits.
  static constexpr int kPooledFragments = 8;

  __device__ static float apply(float value) {
    return kEpilogue == Epilogue::relu ? relu(value) : value;
  }

  // 32 rows of two fragments are eight windows, one for each four lanes: a lane's rows r, r + 8, r
  // + 16 and r + 24 are the window's pixels (OutputPixels<kLaneRowStride>).
  template <int FragmentsN>
  __device__ void pool_fragments(int first_window, int first_column,
                                 const float (&top)[FragmentsN][4],
                                 const float (&bottom)[FragmentsN][4], int first_fragment,
                                 const GemmSize& size) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int window = first_window + lane / 4;
    std::uint32_t argmax = 0;  // four bits per fragment: two channels
#pragma unroll
    for (int j = 0; j < kPooledFragments; ++j) {
      const int column = first_column + 8 * j + lane % 4 * 2;
      RunningMax<float> max[2];
#pragma unroll
      for (int c = 0; c < 2; ++c) {
        const auto& upper = top[first_fragment + j];
        const auto& lower = bottom[first_fragment + j];
        max[c] = {upper[c], 0};
        max[c].update(upper[2 + c], 1);
        max[c].update(lower[c], 2);
        max[c].update(lower[2 + c], 3);
        argmax |= static_cast<std::uint32_t>(max[c].argmax) << (4 * j + 2 * c);
      }
      if (window < windows) {
        store_pair(y + static_cast<Index>(window) * size.n, column, relu(max[0].value),
                   relu(max[1].value), size.n, as_pairs);
      }
    }
    if (packed_argmax != nullptr) {
      store_argmax(window, first_column, argmax, size);
    }
  }

  // A window's four lanes hold the argmax of its 64 channels, two of each eight; after an exchange
  // lane t stores the bytes of channels 16 t … 16 t + 15.
  __device__ void store_argmax(int window, int first_column, std::uint32_t argmax,
                               const GemmSize& size) const {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    std::uint32_t of_lane[4];
#pragma unroll
    for (int t = 0; t < 4; ++t) {
      of_lane[t] = __shfl_sync(0xFFFFFFFFU, argmax, lane / 4 * 4 + t);
    }
    const int column = first_column + lane % 4 * 16;
    std::uint8_t* const bytes =
        packed_argmax + static_cast<Index>(window) * packed_argmax_bytes(size.n) + column / 4;
#pragma unroll
    for (int byte = 0; byte < 4; ++byte) {
      const int shift = 4 * (lane % 4 * 2 + byte / 2);  // of the fragment with these channels
      const std::uint32_t low = of_lane[byte % 2 * 2] >> shift & 15U;
      const std::uint32_t high = of_lane[byte % 2 * 2 + 1] >> shift & 15U;
      if (window < windows && column + 4 * byte < size.n) {
        bytes[byte] = static_cast<std::uint8_t>(low | high << 4);
      }
    }
  }
};

}  // namespace inkling::cuda
