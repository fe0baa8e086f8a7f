// C = A B on the CUDA cores, in float32, for any size: the oracle of the tensor-core kernels and
// the path of older cards. A and B are operands that say where an element comes from, so that
// linear layers, convolutions and their gradients are this one kernel.
//
// A block of 256 threads makes a tile of 128 × 64. It walks along K in steps of 16: both operands'
// next pieces go to registers while the present ones are multiplied out of shared memory, and then
// into the other of two buffers, so one barrier a step is enough. A thread's 8 × 4 results cost
// three 16-byte reads of shared memory for 32 multiply-adds. Arithmetic: a step moves (128 + 64) ·
// 16 · 4 = 12 KB for 262,144 operations, 21 operations a byte: on an H200 (67 TFLOP/s, 4.8 TB/s: 14
// a byte) the cores are the bound.
#pragma once

#include <limits>

#include "kernels/cuda/context.h"
#include "kernels/cuda/divisor.h"
#include "kernels/cuda/number.h"

namespace inkling::cuda {

struct GemmSize {
  int m = 0;
  int n = 0;
  int k = 0;
};

// Refuses what the kernel's 32-bit indices cannot hold.
inline GemmSize gemm_size(const char* op, Index m, Index n, Index k) {
  constexpr Index kMaxSize = std::numeric_limits<std::int32_t>::max() - 4096;
  if (m > kMaxSize || n > kMaxSize || k > kMaxSize) {
    throw std::invalid_argument(std::string(op) + ": expected fewer than 2^31 rows, columns and " +
                                "terms, received " + std::to_string(m) + ", " + std::to_string(n) +
                                " and " + std::to_string(k) + ": try a smaller --batch-size");
  }
  return {static_cast<int>(m), static_cast<int>(n), static_cast<int>(k)};
}

// Refuses what a grid cannot hold.
inline void check_tiles(Index tiles) {
  if (tiles > std::numeric_limits<std::int32_t>::max()) {
    throw std::invalid_argument("gemm: expected fewer than 2^31 tiles, received " +
                                std::to_string(tiles) + ": try a smaller --batch-size");
  }
}

namespace gemm {

inline constexpr int kTileM = 128;
inline constexpr int kTileN = 64;
inline constexpr int kTileK = 16;
inline constexpr int kRows = 8;  // of C, a thread
inline constexpr int kColumns = 4;
inline constexpr int kGemmThreads = kTileM / kRows * (kTileN / kColumns);
// Four more floats a row: the rows' starts fall on different banks and stay aligned to 16 bytes.
inline constexpr int kStrideA = kTileM + 4;
inline constexpr int kStrideB = kTileN + 4;
inline constexpr std::size_t kSharedBytes = 2 * kTileK * (kStrideA + kStrideB) * sizeof(float);

static_assert(kGemmThreads == 256);

// One operand's piece of a step, [kTileK, Tile] in shared memory. "Line" is a row of A or a column
// of B. Neighboring threads read neighboring elements: along K where the operand lies so in
// memory (then a thread has one k and several lines), else along the lines (then one line and
// several k).
template <class Operand, int Tile>
class Piece {
 public:
  static constexpr int kEach = Tile * kTileK / kGemmThreads;

  __device__ Piece(const Operand& operand, int first_line, int lines) : operand_(operand) {
#pragma unroll
    for (int i = 0; i < kLines; ++i) {
      const int line = first_line + line_of(i);
      lines_[i] = operand.line(line < lines ? line : 0);
      inside_[i] = line < lines;
    }
  }

  __device__ void load(int first_k, int end_k) {
    if constexpr (Operand::kAlongK) {
      const int k = first_k + k_of(0);
      const auto term = operand_.term(k < end_k ? k : 0);
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
        values_[i] = inside_[i] && k < end_k ? operand_.at(lines_[i], term) : 0.0F;
      }
    } else {
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
        const int k = first_k + k_of(i);
        values_[i] = inside_[0] && k < end_k ? operand_.at(lines_[0], operand_.term(k)) : 0.0F;
      }
    }
  }

  __device__ void store_to(float* shared, int stride) const {
#pragma unroll
    for (int i = 0; i < kEach; ++i) {
      shared[k_of(i) * stride + line_of(i)] = values_[i];
    }
  }

 private:
  static constexpr int kLines = Operand::kAlongK ? kEach : 1;

  __device__ static int line_of(int i) {
    const int thread = static_cast<int>(threadIdx.x);
    return Operand::kAlongK ? thread / kTileK + i * (kGemmThreads / kTileK) : thread % Tile;
  }
  __device__ static int k_of(int i) {
    const int thread = static_cast<int>(threadIdx.x);
    return Operand::kAlongK ? thread % kTileK : thread / Tile + i * (kGemmThreads / Tile);
  }

  const Operand& operand_;
  typename Operand::Line lines_[kLines];
  bool inside_[kLines];
  float values_[kEach];
};

using Results = float[kRows][kColumns];

__device__ inline void multiply_step(const float* a, const float* b, Results& results) {
  const int row = static_cast<int>(threadIdx.x) / (kTileN / kColumns) * kRows;
  const int column = static_cast<int>(threadIdx.x) % (kTileN / kColumns) * kColumns;
#pragma unroll
  for (int k = 0; k < kTileK; ++k) {
    float left[kRows];
    float right[kColumns];
#pragma unroll
    for (int i = 0; i < kRows; i += 4) {
      *reinterpret_cast<float4*>(&left[i]) =
          *reinterpret_cast<const float4*>(&a[k * kStrideA + row + i]);
    }
    *reinterpret_cast<float4*>(right) = *reinterpret_cast<const float4*>(&b[k * kStrideB + column]);
#pragma unroll
    for (int i = 0; i < kRows; ++i) {
#pragma unroll
      for (int j = 0; j < kColumns; ++j) {
        results[i][j] += left[i] * right[j];
      }
    }
  }
}

// Block (x, y) computes tile x (row-major in C) of split y: k from y · k_per_split on. `output`
// stores a thread's 8 × 4 results: output.write(split, row, column, results, size).
template <class A, class B, class Output>
__global__ void __launch_bounds__(kGemmThreads)
    kernel(A a, B b, Output output, GemmSize size, Divisor by_tiles_across, int k_per_split) {
  const int tile = static_cast<int>(blockIdx.x);
  const int tile_row = by_tiles_across.quotient(tile);
  const int first_row = tile_row * kTileM;
  const int first_column = by_tiles_across.remainder(tile, tile_row) * kTileN;
  const int first_k = static_cast<int>(blockIdx.y) * k_per_split;
  const int end_k = size.k - first_k < k_per_split ? size.k : first_k + k_per_split;

  auto* shared = reinterpret_cast<float*>(shared_memory());
  constexpr int kBufferSize = kTileK * (kStrideA + kStrideB);
  Piece<A, kTileM> piece_a(a, first_row, size.m);
  Piece<B, kTileN> piece_b(b, first_column, size.n);
  Results results = {};

  piece_a.load(first_k, end_k);
  piece_b.load(first_k, end_k);
  int buffer = 0;
  for (int k = first_k; k < end_k; k += kTileK) {
    float* const shared_a = shared + buffer * kBufferSize;
    float* const shared_b = shared_a + kTileK * kStrideA;
    piece_a.store_to(shared_a, kStrideA);
    piece_b.store_to(shared_b, kStrideB);
    __syncthreads();  // also: everyone has read this buffer's contents of two steps ago
    if (k + kTileK < end_k) {
      piece_a.load(k + kTileK, end_k);
      piece_b.load(k + kTileK, end_k);
    }
    multiply_step(shared_a, shared_b, results);
    buffer ^= 1;
  }
  const int row = first_row + static_cast<int>(threadIdx.x) / (kTileN / kColumns) * kRows;
  const int column = first_column + static_cast<int>(threadIdx.x) % (kTileN / kColumns) * kColumns;
  output.write(static_cast<int>(blockIdx.y), row, column, results, size);
}

template <class A, class B, class Output>
void run(const Stream& stream, const A& a, const B& b, const Output& output, const GemmSize& size,
         int splits = 1) {
  const int k_per_split =
      static_cast<int>(ceil_divide(ceil_divide(size.k, splits), kTileK) * kTileK);
  const Index across = ceil_divide(size.n, kTileN);
  const Index tiles = across * ceil_divide(size.m, kTileM);
  check_tiles(tiles);
  const Grid grid{dim3(static_cast<unsigned>(tiles), static_cast<unsigned>(splits)),
                  dim3(kGemmThreads), kSharedBytes};
  launch(kernel<A, B, Output>, grid, context_of(stream).stream, a, b, output, size,
         Divisor(static_cast<int>(across)), k_per_split);
}

}  // namespace gemm

// A matrix in memory as an operand: its lines are `line_stride` elements apart, its terms
// `term_stride`, one of which is 1.
template <class T, bool AlongK>
struct DenseOperand {
  static constexpr bool kAlongK = AlongK;
  using Line = const T*;

  const T* values;
  Index stride;  // of the other direction

  __device__ Line line(int i) const { return values + (AlongK ? i * stride : i); }
  __device__ Index term(int k) const { return AlongK ? k : k * stride; }
  __device__ float at(Line line, Index term) const { return to_float(line[term]); }
};

}  // namespace inkling::cuda
