// SIMT GEMM: C = A B with float32 FMAs, for any size and element type. The oracle of the tensor-op
// GEMM and the path of cards before sm_80. A and B are operands (the concept below), so linear
// layers, convolutions and their gradients share this kernel.
//
//   grid    tiles of C (row-major) × splits of k
//   block   256 threads: a 128 × 64 tile of C, 16 of k per step, two buffers in shared memory
//   thread  8 × 4 accumulators in registers
//
//               BN = 64                     A's and B's next tiles are loaded into registers while
//             ┌────────┐                    the current ones are multiplied out of shared memory,
//             │   B    │ BK = 16            then stored to the other buffer: one barrier per step.
//             └────────┘
//    BK = 16                                Per k a thread reads 8 + 4 floats of shared memory
//    ┌──┐     ┌────────┐                    (three 16-byte loads) for 32 FMAs.
//    │  │     │  C     │
//    │A │     │  ┌┐    │ BM = 128           Bound: a step moves (128 + 64) · 16 · 4 B = 12 KB for
//    │  │     │  └┘ TM × TN = 8 × 4          262,144 FLOP, 21 FLOP/B; an H200 (67 TFLOP/s,
//    └──┘     └────────┘                    4.8 TB/s) balances at 14: compute.
//
// Test: script/test -R 'CudaConvolution|CudaLinear'. Time: bench-kernels (script/gpu).
#pragma once

#include <concepts>

#include "kernels/cuda/gemm/gemm_size.h"
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/divisor.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {

// An operand of the SIMT GEMM: A, or B transposed, as a matrix of rows and k. What depends on the
// row alone and on k alone is computed once, by row_at() and k_at(), and combined by at().
// kIsKMajor: consecutive k, rather than consecutive rows, are consecutive in memory.
template <class Operand>
concept SimtOperand = requires(const Operand operand, int index) {
  { Operand::kIsKMajor } -> std::convertible_to<bool>;
  typename Operand::Row;
  { operand.row_at(index) } -> std::same_as<typename Operand::Row>;
  { operand.at(operand.row_at(index), operand.k_at(index)) } -> std::same_as<float>;
};

namespace simt {

inline constexpr int kBlockTileM = 128;
inline constexpr int kBlockTileN = 64;
inline constexpr int kBlockTileK = 16;
inline constexpr int kThreadTileM = 8;
inline constexpr int kThreadTileN = 4;
inline constexpr int kThreadsPerRow = kBlockTileN / kThreadTileN;
inline constexpr int kBlockThreads = kBlockTileM / kThreadTileM * kThreadsPerRow;
// Padding of four floats: rows start at different banks and stay aligned to 16 bytes.
inline constexpr int kStrideA = kBlockTileM + 4;
inline constexpr int kStrideB = kBlockTileN + 4;
inline constexpr int kBufferSize = kBlockTileK * (kStrideA + kStrideB);
inline constexpr std::size_t kSharedBytes = 2 * kBufferSize * sizeof(float);

static_assert(kBlockThreads == 256);

// Copies an operand's tile of a step by way of registers to shared memory, as [kBlockTileK, Rows].
// Adjacent threads read adjacent elements: along k for a K-major operand (a thread then has one k
// and several rows), else along the rows (one row and several k).
template <SimtOperand Operand, int Rows>
class TileLoader {
 public:
  __device__ TileLoader(const Operand& operand, int first_row, int rows) : operand_(operand) {
#pragma unroll
    for (int i = 0; i < kRowsPerThread; ++i) {
      const int row = first_row + row_of(i);
      rows_[i] = operand.row_at(row < rows ? row : 0);
      in_bounds_[i] = row < rows;
    }
  }

  // k from first_k on; zeros from end_k on and beyond the last row.
  __device__ void load(int first_k, int end_k) {
    if constexpr (Operand::kIsKMajor) {
      const int k = first_k + k_of(0);
      const auto at_k = operand_.k_at(k < end_k ? k : 0);
#pragma unroll
      for (int i = 0; i < kElementsPerThread; ++i) {
        values_[i] = in_bounds_[i] && k < end_k ? operand_.at(rows_[i], at_k) : 0.0F;
      }
    } else {
#pragma unroll
      for (int i = 0; i < kElementsPerThread; ++i) {
        const int k = first_k + k_of(i);
        values_[i] = in_bounds_[0] && k < end_k ? operand_.at(rows_[0], operand_.k_at(k)) : 0.0F;
      }
    }
  }

  __device__ void store_to(float* shared, int stride) const {
#pragma unroll
    for (int i = 0; i < kElementsPerThread; ++i) {
      shared[k_of(i) * stride + row_of(i)] = values_[i];
    }
  }

 private:
  static constexpr int kElementsPerThread = Rows * kBlockTileK / kBlockThreads;
  static constexpr int kRowsPerThread = Operand::kIsKMajor ? kElementsPerThread : 1;

  __device__ static int row_of(int i) {
    const int thread = static_cast<int>(threadIdx.x);
    return Operand::kIsKMajor ? thread / kBlockTileK + i * (kBlockThreads / kBlockTileK)
                              : thread % Rows;
  }
  __device__ static int k_of(int i) {
    const int thread = static_cast<int>(threadIdx.x);
    return Operand::kIsKMajor ? thread % kBlockTileK : thread / Rows + i * (kBlockThreads / Rows);
  }

  const Operand& operand_;
  typename Operand::Row rows_[kRowsPerThread];
  bool in_bounds_[kRowsPerThread];
  float values_[kElementsPerThread];
};

using Accumulators = float[kThreadTileM][kThreadTileN];

// This thread's tile within the block's.
__device__ inline int thread_row() {
  return static_cast<int>(threadIdx.x) / kThreadsPerRow * kThreadTileM;
}
__device__ inline int thread_column() {
  return static_cast<int>(threadIdx.x) % kThreadsPerRow * kThreadTileN;
}

__device__ inline void multiply_tiles(const float* a, const float* b, Accumulators& acc) {
  const int row = thread_row();
  const int column = thread_column();
#pragma unroll
  for (int k = 0; k < kBlockTileK; ++k) {
    float a_values[kThreadTileM];
    float b_values[kThreadTileN];
#pragma unroll
    for (int i = 0; i < kThreadTileM; i += 4) {
      *reinterpret_cast<float4*>(&a_values[i]) =
          *reinterpret_cast<const float4*>(&a[k * kStrideA + row + i]);
    }
    *reinterpret_cast<float4*>(b_values) =
        *reinterpret_cast<const float4*>(&b[k * kStrideB + column]);
#pragma unroll
    for (int i = 0; i < kThreadTileM; ++i) {
#pragma unroll
      for (int j = 0; j < kThreadTileN; ++j) {
        acc[i][j] += a_values[i] * b_values[j];
      }
    }
  }
}

// Block (x, y) computes tile x of split y, k from y · k_per_split on. The epilogue stores a
// thread's accumulators: epilogue.store_thread_tile(split, row, column, acc, size).
template <SimtOperand A, SimtOperand B, class EpilogueOp>
__global__ void __launch_bounds__(kBlockThreads)
    kernel(A a, B b, EpilogueOp epilogue, GemmSize size, Divisor by_tiles_n, int k_per_split) {
  const int tile = static_cast<int>(blockIdx.x);
  const int tile_m = by_tiles_n.quotient(tile);
  const int first_row = tile_m * kBlockTileM;
  const int first_column = by_tiles_n.remainder(tile, tile_m) * kBlockTileN;
  const int first_k = static_cast<int>(blockIdx.y) * k_per_split;
  const int end_k = size.k - first_k < k_per_split ? size.k : first_k + k_per_split;

  auto* shared = reinterpret_cast<float*>(shared_memory());
  TileLoader<A, kBlockTileM> loader_a(a, first_row, size.m);
  TileLoader<B, kBlockTileN> loader_b(b, first_column, size.n);
  Accumulators acc = {};

  loader_a.load(first_k, end_k);
  loader_b.load(first_k, end_k);
  int buffer = 0;
  for (int k = first_k; k < end_k; k += kBlockTileK) {
    float* const tile_a = shared + buffer * kBufferSize;
    float* const tile_b = tile_a + kBlockTileK * kStrideA;
    loader_a.store_to(tile_a, kStrideA);
    loader_b.store_to(tile_b, kStrideB);
    // Also: every thread has read what this buffer held two steps ago.
    __syncthreads();
    if (k + kBlockTileK < end_k) {
      loader_a.load(k + kBlockTileK, end_k);
      loader_b.load(k + kBlockTileK, end_k);
    }
    multiply_tiles(tile_a, tile_b, acc);
    buffer ^= 1;
  }
  epilogue.store_thread_tile(static_cast<int>(blockIdx.y), first_row + thread_row(),
                             first_column + thread_column(), acc, size);
}

}  // namespace simt

// The SIMT GEMM as a policy of gemm_split_k() (split_k.h).
struct SimtGemm {
  static constexpr Index kMinSplitK = 32;

  static Index tiles(const Stream& /*stream*/, const GemmSize& size) {
    return ceil_divide(size.m, simt::kBlockTileM) * ceil_divide(size.n, simt::kBlockTileN);
  }

  template <class A, class B, class EpilogueOp>
  static void run(const Stream& stream, const A& a, const B& b, const EpilogueOp& epilogue,
                  const GemmSize& size, int splits) {
    const Index k_per_split = ceil_divide(size.k, splits);
    check_tiles(tiles(stream, size));
    const Grid grid{dim3(static_cast<unsigned>(tiles(stream, size)), static_cast<unsigned>(splits)),
                    dim3(simt::kBlockThreads), simt::kSharedBytes};
    launch(simt::kernel<A, B, EpilogueOp>, grid, context_of(stream).stream, a, b, epilogue, size,
           Divisor(static_cast<int>(ceil_divide(size.n, simt::kBlockTileN))),
           static_cast<int>(ceil_divide(k_per_split, simt::kBlockTileK) * simt::kBlockTileK));
  }
};

// A matrix in memory as an operand; `stride` elements between rows (K-major) or between k.
template <class T, bool IsKMajor>
struct DenseOperand {
  static constexpr bool kIsKMajor = IsKMajor;
  using Row = const T*;

  const T* values;
  Index stride;

  __device__ Row row_at(int row) const { return values + (IsKMajor ? row * stride : row); }
  __device__ Index k_at(int k) const { return IsKMajor ? k : k * stride; }
  __device__ float at(Row row, Index at_k) const { return to_float(row[at_k]); }
};

}  // namespace inkling::cuda
