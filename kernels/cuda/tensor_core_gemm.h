// C = A B on the tensor cores: bf16 in, float32 sums, for compute capability 8.0 and up. As in gemm.h, the
// operands say where their elements come from, here in chunks of eight; any m, n and k is right.
//
// A block of eight warps makes a tile of 128 × 128 (or × 64, where C is narrow) in steps of 32 terms. Four
// steps are in shared memory: while one is multiplied, three are on their way (cp.async), and one barrier
// a step is enough. A warp makes 64 × 32 (or 32 × 32): for 16 terms it reads 3 KB of shared memory and does 65
// kFLOP, 22 a byte; a multiprocessor's shared memory gives 128 bytes a cycle, so 2,800 FLOP a cycle are
// fed, more than mma.sync asks for. Global memory: a step moves 16 KB for 1 MFLOP, 64 a byte; an
// H200 at 790 TFLOP/s and 4.8 TB/s asks for 165, so neighbouring blocks must find their common operand in
// the 50 MB of L2, as a convolution's do: its weight and its images' rows.
#pragma once

#include "kernels/cuda/gemm.h"
#include "kernels/cuda/tensor_core_tile.h"

namespace inkling::cuda::tensor_core {

inline constexpr int kTileM = 128;
inline constexpr int kStages = 4;

// How a block's eight warps share a tile of 128 × TileN.
template <int TileN>
struct Warps {
  static constexpr int kAcross = TileN / 32;  // 4 or 2
  static constexpr int kDown = 8 / kAcross;
  static constexpr int kFragmentsM = kTileM / kDown / 16;  // of 16 rows: 4 or 2
  static constexpr int kFragmentsN = 4;                    // of 8 columns
};

template <int TileN>
using Sums = float[Warps<TileN>::kFragmentsM][Warps<TileN>::kFragmentsN][4];

template <class A, class B, int TileN>
struct Stage {
  static constexpr int kBytesA = Tile<A::kAlongK, kTileM>::kBytes;
  static constexpr int kBytes = kBytesA + Tile<B::kAlongK, TileN>::kBytes;
};

template <class A, class B, int TileN>
__device__ void multiply_step(const unsigned char* stage, Sums<TileN>& sums) {
  using Share = Warps<TileN>;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int first_row = warp / Share::kAcross * Share::kFragmentsM * 16;
  const int first_column = warp % Share::kAcross * 32;
  const unsigned char* tile_b = stage + Stage<A, B, TileN>::kBytesA;
#pragma unroll
  for (int k = 0; k < kTileK; k += 16) {
    std::uint32_t a[Share::kFragmentsM][4];
    std::uint32_t b[2][4];
#pragma unroll
    for (int i = 0; i < Share::kFragmentsM; ++i) {
      load_a<A::kAlongK, kTileM>(a[i], stage, first_row + 16 * i, k);
    }
#pragma unroll
    for (int j = 0; j < 2; ++j) {
      load_b<B::kAlongK, TileN>(b[j], tile_b, first_column + 16 * j, k);
    }
#pragma unroll
    for (int i = 0; i < Share::kFragmentsM; ++i) {
#pragma unroll
      for (int j = 0; j < Share::kFragmentsN; ++j) {
        mma_16x8x16(sums[i][j], a[i], {b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]});
      }
    }
  }
}

// Block (x, y, z) makes tile (x, y) of split z. `output` takes the sums a fragment of 16 × 8 at a time, from
// the whole warp: output.fragment(split, first row, first column, sums, size).
template <class A, class B, class Output, int TileN>
__global__ void __launch_bounds__(kBlockThreads, 2)
    kernel(A a, B b, Output output, GemmSize size, int k_a_split) {
  using Memory = Stage<A, B, TileN>;
  const int first_row = static_cast<int>(blockIdx.x) * kTileM;
  const int first_column = static_cast<int>(blockIdx.y) * TileN;
  const int first_k = static_cast<int>(blockIdx.z) * k_a_split;
  const int end_k = size.k - first_k < k_a_split ? size.k : first_k + k_a_split;
  const int steps = (end_k - first_k + kTileK - 1) / kTileK;

  unsigned char* const shared = shared_memory();
  const Loader<A, kTileM> loader_a(a, first_row, size.m);
  const Loader<B, TileN> loader_b(b, first_column, size.n);
  const auto begin_step = [&](int step) {  // a step beyond the last is an empty group
    if (step < steps) {
      unsigned char* const stage = shared + step % kStages * Memory::kBytes;
      loader_a.load(stage, first_k + step * kTileK, end_k);
      loader_b.load(stage + Memory::kBytesA, first_k + step * kTileK, end_k);
    }
    cp_async_commit();
  };

  for (int step = 0; step < kStages - 1; ++step) {
    begin_step(step);
  }
  Sums<TileN> sums = {};
  for (int step = 0; step < steps; ++step) {
    cp_async_wait<kStages - 2>();
    __syncthreads();  // everyone's part of this step is there, and everyone is done with the last
    begin_step(step + kStages - 1);
    multiply_step<A, B, TileN>(shared + step % kStages * Memory::kBytes, sums);
  }
  cp_async_wait<0>();

  using Share = Warps<TileN>;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int row = first_row + warp / Share::kAcross * Share::kFragmentsM * 16;
  const int column = first_column + warp % Share::kAcross * 32;
#pragma unroll
  for (int i = 0; i < Share::kFragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < Share::kFragmentsN; ++j) {
      output.fragment(static_cast<int>(blockIdx.z), row + 16 * i, column + 8 * j, sums[i][j], size);
    }
  }
}

template <int TileN, class A, class B, class Output>
void run_tiles(const Stream& stream, const A& a, const B& b, const Output& output,
               const GemmSize& size, int splits) {
  const auto k_a_split =
      static_cast<int>(ceil_divide(ceil_divide(size.k, splits), kTileK) * kTileK);
  const Grid grid{
      dim3(static_cast<unsigned>(ceil_divide(size.m, kTileM)),
           static_cast<unsigned>(ceil_divide(size.n, TileN)), static_cast<unsigned>(splits)),
      dim3(kBlockThreads), kStages * Stage<A, B, TileN>::kBytes};
  launch(kernel<A, B, Output, TileN>, grid, context_of(stream).stream, a, b, output, size,
         k_a_split);
}

template <class A, class B, class Output>
void run(const Stream& stream, const A& a, const B& b, const Output& output, const GemmSize& size,
         int splits = 1) {
  if (size.n <= 64) {
    run_tiles<64>(stream, a, b, output, size, splits);
  } else {
    run_tiles<128>(stream, a, b, output, size, splits);
  }
}

// Whether a matrix begins where a chunk can be read.
inline bool is_aligned(const void* values) {
  return reinterpret_cast<std::uintptr_t>(values) % 16 == 0;
}

// A matrix in memory as an operand; `stride` elements from line to line (AlongK) or term to term.
template <bool AlongK>
struct DenseChunks {
  static constexpr bool kAlongK = AlongK;
  using Line = const bfloat16*;

  const bfloat16* values;
  Index stride;

  __device__ Line line(int i) const { return values + (AlongK ? i * stride : i); }
  __device__ Index term(int k) const { return AlongK ? k : k * stride; }
  __device__ const bfloat16* chunk(Line line, Index term) const { return line + term; }
};

}  // namespace inkling::cuda::tensor_core
