// Tensor-op GEMM for Hopper: C = A B with wgmma, bf16 in and float32 accumulators. The operands are
// those of tensor_op_gemm.h; any m, n and k is handled.
//
//   grid    tiles of C (row-major, so that concurrent blocks share B in L2) × splits of k
//   block   one warpgroup: a tile of 128 × 128, or 128 × 64 where C is narrow; 64 of k per step, 3
//           stages in shared memory. Two blocks (three of the narrow ones) share a multiprocessor:
//           while one stores its tile or waits, the others' products run
//   step s  wait for the copies of stage s % 3; fence; __syncthreads();
//           start 4 × 2 wgmma of 64 × N × 16 on it and, while they run,
//           prefetch step s + 2 into the stage of step s - 1; wait for the wgmma
//
// Bound: the tensor cores multiply a step of 128 × 128 × 64 in 512 cycles. Its shared memory
// traffic is 6 KB for each wgmma (2 of A, 4 of B, which both products read) and 32 KB of copies:
// 640 cycles at 128 B each, so 80 % of the peak; a narrow step 57 %. Global memory as in
// tensor_op_gemm.h. 128 of a thread's 255 registers are accumulators. docs/performance.md has what
// was measured, and what was slower.
//
// Test: script/test -R 'Bf16|CudaConvolution|CudaLinear'. Time: bench-kernels (script/gpu).
#pragma once

#include "kernels/cuda/gemm/gemm_size.h"
#include "kernels/cuda/gemm/tensor_op_tile.h"
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/divisor.h"
#include "kernels/cuda/runtime/wgmma.h"

namespace inkling::cuda::wgmma {

using tensor_op::initialize;
using tensor_op::kBlockThreads;
using tensor_op::kVecBytes;
using tensor_op::kVecSize;
using tensor_op::TileLoader;

inline constexpr int kBlockTileK = 64;
inline constexpr int kStages = 3;
inline constexpr int kRowBytes = 128;        // of a tile in shared memory
inline constexpr int kProductRows = 64;      // of a wgmma
inline constexpr int kProductWarpRows = 16;  // of them a warp's
inline constexpr int kProductK = 16;
inline constexpr int kProducts = 2;  // one below the other
inline constexpr int kWarpRows = kProducts * kProductWarpRows;

template <int N, int BlocksPerMultiprocessor>
struct BlockTile {
  static constexpr int kM = kProducts * kProductRows;
  static constexpr int kN = N;
  static constexpr int kBlocks = BlocksPerMultiprocessor;
};
using SquareTile = BlockTile<128, 2>;
using NarrowTile = BlockTile<64, 3>;

inline bool is_narrow(const GemmSize& size) { return size.n <= NarrowTile::kN; }

// An operand's tile as wgmma_descriptor() describes it. A wgmma gives a warp 16 of its 64 rows; so
// that both products give it neighboring rows of C, as the epilogues want them, A's rows lie in
// another order: Interleaved.
template <bool IsKMajor, int Rows, bool Interleaved>
struct SharedTile {
  static constexpr int kThreads = kBlockThreads;  // that copy it
  static constexpr int kBytes = Rows * kBlockTileK * static_cast<int>(sizeof(bfloat16));
  static constexpr int kVecsPerRow = (IsKMajor ? kBlockTileK : Rows) / kVecSize;
  static constexpr int kRowBytes = wgmma::kRowBytes;
  static constexpr int kVecsPerThread = Rows * kBlockTileK / kVecSize / kBlockThreads;
  // From 64 rows of the operand to the next 64, and from 16 k to the next 16.
  static constexpr int kProductBytes = kProductRows * kRowBytes;
  static constexpr int kProductKBytes =
      IsKMajor ? kProductK * static_cast<int>(sizeof(bfloat16)) : kProductK * kRowBytes;
  static_assert(kBlockTileK == kProductRows);  // kProductBytes is the same either way

  // Byte offset of a vector. `row` is a row of the tile in memory: a k when not K-major.
  __device__ static int offset(int row, int vec) {
    return vec / 8 * kProductBytes + row * kRowBytes + ((vec % 8) ^ (row % 8)) * kVecBytes;
  }
  __device__ static int thread_row(int i) {
    return (static_cast<int>(threadIdx.x) + i * kBlockThreads) / kVecsPerRow;
  }
  __device__ static int thread_vec() { return static_cast<int>(threadIdx.x) % kVecsPerRow; }
  // The operand's row that a row of the tile holds. Warp w computes 16 w … 16 w + 15 of product p:
  // the operand's rows 32 w + 16 p … 32 w + 16 p + 15.
  __device__ static int source_row(int row) {
    if constexpr (Interleaved) {
      const int product = row / kProductRows;
      const int warp = row % kProductRows / kProductWarpRows;
      return warp * kWarpRows + product * kProductWarpRows + row % kProductWarpRows;
    } else {
      return row;
    }
  }
  __device__ static std::uint64_t descriptor(const unsigned char* tile) {
    return wgmma_descriptor(tile, kProductBytes);
  }
};

template <class A, class B, class Block>
struct Stage {
  using TileA = SharedTile<A::kIsKMajor, Block::kM, true>;
  using TileB = SharedTile<B::kIsKMajor, Block::kN, false>;
  static constexpr int kBytes = TileA::kBytes + TileB::kBytes;
};

// What a warp holds: 16 rows from each product.
template <class Block>
using Accumulators = float[kProducts][Block::kN / 8][4];

// Starts the products of a stage, as a group.
template <class A, class B, class Block>
__device__ void multiply_accumulate(const unsigned char* stage, Accumulators<Block>& acc) {
  using TileA = typename Stage<A, B, Block>::TileA;
  using TileB = typename Stage<A, B, Block>::TileB;
  const std::uint64_t a = TileA::descriptor(stage);
  const std::uint64_t b = TileB::descriptor(stage + TileA::kBytes);
  wgmma_fence();
#pragma unroll
  for (int k = 0; k < kBlockTileK / kProductK; ++k) {
#pragma unroll
    for (int i = 0; i < kProducts; ++i) {
      wgmma_64x16<A::kIsKMajor, B::kIsKMajor>(
          acc[i], advanced(a, k * TileA::kProductKBytes + i * TileA::kProductBytes),
          advanced(b, k * TileB::kProductKBytes));
    }
  }
  wgmma_commit();
}

// As tensor_op::kernel.
template <TensorOpOperand A, TensorOpOperand B, class EpilogueOp, class Block>
__global__ void __launch_bounds__(kBlockThreads, Block::kBlocks)
    kernel(A a, B b, EpilogueOp epilogue, GemmSize size, Divisor by_tiles_n, int k_per_split) {
  using Memory = Stage<A, B, Block>;
  const int tile = static_cast<int>(blockIdx.x);
  const int tile_m = by_tiles_n.quotient(tile);
  const int first_row = tile_m * Block::kM;
  const int first_column = by_tiles_n.remainder(tile, tile_m) * Block::kN;
  const int first_k = static_cast<int>(blockIdx.y) * k_per_split;
  const int end_k = size.k - first_k < k_per_split ? size.k : first_k + k_per_split;
  const int steps = (end_k - first_k + kBlockTileK - 1) / kBlockTileK;

  unsigned char* const shared = shared_memory();
  const TileLoader<A, typename Memory::TileA> loader_a(a, first_row, size.m);
  const TileLoader<B, typename Memory::TileB> loader_b(b, first_column, size.n);
  const auto prefetch = [&](int step) {  // a step beyond the last commits an empty group
    if (step < steps) {
      unsigned char* const stage = shared + step % kStages * Memory::kBytes;
      loader_a.load(stage, first_k + step * kBlockTileK, end_k);
      loader_b.load(stage + Memory::TileA::kBytes, first_k + step * kBlockTileK, end_k);
    }
    cp_async_commit();
  };

  for (int step = 0; step < kStages - 1; ++step) {
    prefetch(step);
  }
  Accumulators<Block> acc;
  initialize(epilogue, first_column, size, acc);
  for (int step = 0; step < steps; ++step) {
    cp_async_wait<kStages - 2>();
    fence_proxy_async();
    // Every thread's copies for this step have arrived, and every warp has seen the last step's
    // products complete, whose stage the next prefetch overwrites.
    __syncthreads();
    multiply_accumulate<A, B, Block>(shared + step % kStages * Memory::kBytes, acc);
    prefetch(step + kStages - 1);
    wgmma_wait<0>();
  }
  cp_async_wait<0>();
  const int warp = static_cast<int>(threadIdx.x) / 32;
  epilogue.store_warp_tile(static_cast<int>(blockIdx.y), first_row + warp * kWarpRows, first_column,
                           acc, size);
}

template <class Block>
Index tiles(const GemmSize& size) {
  return ceil_divide(size.m, Block::kM) * ceil_divide(size.n, Block::kN);
}

template <class Block, class A, class B, class EpilogueOp>
void run(const Stream& stream, const A& a, const B& b, const EpilogueOp& epilogue,
         const GemmSize& size, int splits) {
  const Index k_per_split = ceil_divide(size.k, splits);
  check_tiles(tiles<Block>(size));
  const Grid grid{dim3(static_cast<unsigned>(tiles<Block>(size)), static_cast<unsigned>(splits)),
                  dim3(kBlockThreads), kStages * Stage<A, B, Block>::kBytes};
  launch(kernel<A, B, EpilogueOp, Block>, grid, context_of(stream).stream, a, b, epilogue, size,
         Divisor(static_cast<int>(ceil_divide(size.n, Block::kN))),
         static_cast<int>(ceil_divide(k_per_split, kBlockTileK) * kBlockTileK));
}

inline bool supports(const Stream& stream) {
  return kHasWgmma && context_of(stream).capability == 90;
}

}  // namespace inkling::cuda::wgmma
