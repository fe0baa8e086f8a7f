// Tensor-op GEMM: C = A B with mma.sync, bf16 in and float32 accumulators, for sm_80 and later. As
// in simt_gemm.h the operands say where their elements are, here in vectors of eight; any m, n and
// k is handled.
//
//   grid    tiles of C (row-major, so that concurrent blocks share A in L2) × splits of k
//   block   4 warps: a tile of 128 × 128 (2 × 2 warps), or 256 × 64 (4 × 1) where C is narrow;
//           32 of k per step, 4 stages in shared memory: 3 in flight (cp.async) while one is
//           multiplied, one barrier per step
//   warp    64 × 64: 4 × 8 accumulator fragments of 16 × 8
//
//   stage 0   1   2   3          step s:  wait for stage s % 4; __syncthreads();
//        [A B][A B][A B][A B]             prefetch step s + 3 into the stage just freed;
//         mma  cp   cp   cp               2 × (4 + 4 ldmatrix.x4, 32 mma.m16n8k16)
//
// Bound: mma.sync peaks at 63 % of Hopper's tensor throughput (6.5 cycles each). Per warp and step
// 64 mma, 16 ldmatrix and some 8 cp.async: beside them two warps per scheduler have room for about
// 350 other instructions. Shared memory: a block's step reads 32 KB and writes 16 KB for 1 MFLOP,
// 384 cycles at 128 B each, where the mma take 413. Global memory: 16 KB for 1 MFLOP, 64 FLOP/B; an
// H200 at 500 TFLOP/s and 4.8 TB/s balances at 104, so blocks that run together must find their
// common operand in the 50 MB of L2.
//
// Test: script/test -R 'Bf16|CudaConvolution|CudaLinear'. Time: bench-kernels (script/gpu).
#pragma once

#include "kernels/cuda/gemm/gemm_size.h"
#include "kernels/cuda/gemm/tensor_op_tile.h"
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/divisor.h"

namespace inkling::cuda {
namespace tensor_op {

inline constexpr int kStages = 4;
inline constexpr int kWarpTileM = 64;
inline constexpr int kWarpTileN = 64;
inline constexpr int kFragmentsM = kWarpTileM / 16;
inline constexpr int kFragmentsN = kWarpTileN / 8;
// A lane holds rows r, r + 8, r + 16, … of its warp's tile: the distance between the pixels of a
// pooling window that one lane can reduce (OutputPixels).
inline constexpr int kLaneRowStride = 8;

// A warp's accumulators, as each lane holds them: mma_16x8x16's d for each fragment.
using Accumulators = float[kFragmentsM][kFragmentsN][4];

template <int WarpsM, int WarpsN>
struct BlockTile {
  static constexpr int kM = WarpsM * kWarpTileM;
  static constexpr int kN = WarpsN * kWarpTileN;
  static_assert(WarpsM * WarpsN * 32 == kBlockThreads);
};
using SquareTile = BlockTile<2, 2>;
using NarrowTile = BlockTile<4, 1>;

inline bool is_narrow(const GemmSize& size) { return size.n <= NarrowTile::kN; }

// Both operands' tiles of a step.
template <class A, class B, class Block>
struct Stage {
  static constexpr int kBytesA = SharedTile<A::kIsKMajor, Block::kM>::kBytes;
  static constexpr int kBytes = kBytesA + SharedTile<B::kIsKMajor, Block::kN>::kBytes;
};

// A warp's part of the product of a stage.
template <class A, class B, class Block>
class WarpMma {
 public:
  __device__ WarpMma(int first_row, int first_column)
      : fragments_a_(fragments_of_a<A::kIsKMajor, Block::kM>(first_row)),
        fragments_b_(fragments_of_b<B::kIsKMajor, Block::kN>(first_column)) {}

  __device__ void multiply_accumulate(const unsigned char* stage, Accumulators& acc) const {
    const unsigned char* tile_b = stage + Stage<A, B, Block>::kBytesA;
#pragma unroll
    for (int k = 0; k < kBlockTileK; k += 16) {
      std::uint32_t a[kFragmentsM][4];
      std::uint32_t b[kFragmentsN / 2][4];
#pragma unroll
      for (int i = 0; i < kFragmentsM; ++i) {
        load_fragment<A::kIsKMajor>(a[i], fragments_a_.at(stage, i, k));
      }
#pragma unroll
      for (int j = 0; j < kFragmentsN / 2; ++j) {
        load_fragment<B::kIsKMajor>(b[j], fragments_b_.at(tile_b, j, k));
      }
#pragma unroll
      for (int i = 0; i < kFragmentsM; ++i) {
#pragma unroll
        for (int j = 0; j < kFragmentsN; ++j) {
          mma_16x8x16(acc[i][j], a[i], {b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]});
        }
      }
    }
  }

 private:
  FragmentOffsets<A::kIsKMajor, Block::kM> fragments_a_;
  FragmentOffsets<B::kIsKMajor, Block::kN> fragments_b_;
};

// Block (x, y) computes tile x of split y, k from y · k_per_split on. Sums begin as
// epilogue.initial_sum(column, size); the whole warp calls
// epilogue.store_warp_tile(split, row, column, acc, size) to store them.
template <TensorOpOperand A, TensorOpOperand B, class EpilogueOp, class Block>
__global__ void __launch_bounds__(kBlockThreads, 2)
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
  const TileLoader<A, SharedTile<A::kIsKMajor, Block::kM>> loader_a(a, first_row, size.m);
  const TileLoader<B, SharedTile<B::kIsKMajor, Block::kN>> loader_b(b, first_column, size.n);
  const auto prefetch = [&](int step) {  // a step beyond the last commits an empty group
    if (step < steps) {
      unsigned char* const stage = shared + step % kStages * Memory::kBytes;
      loader_a.load(stage, first_k + step * kBlockTileK, end_k);
      loader_b.load(stage + Memory::kBytesA, first_k + step * kBlockTileK, end_k);
    }
    cp_async_commit();
  };

  for (int step = 0; step < kStages - 1; ++step) {
    prefetch(step);
  }
  const int warp = static_cast<int>(threadIdx.x) / 32;
  constexpr int kWarpsN = Block::kN / kWarpTileN;
  const int warp_row = warp / kWarpsN * kWarpTileM;
  const int warp_column = warp % kWarpsN * kWarpTileN;
  const WarpMma<A, B, Block> warp_mma(warp_row, warp_column);
  Accumulators acc;
  initialize(epilogue, first_column + warp_column, size, acc);
  for (int step = 0; step < steps; ++step) {
    cp_async_wait<kStages - 2>();
    // Every thread's copies for this step have arrived, and every warp has read the last step's
    // stage, which the next prefetch overwrites.
    __syncthreads();
    prefetch(step + kStages - 1);
    warp_mma.multiply_accumulate(shared + step % kStages * Memory::kBytes, acc);
  }
  cp_async_wait<0>();
  epilogue.store_warp_tile(static_cast<int>(blockIdx.y), first_row + warp_row,
                           first_column + warp_column, acc, size);
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

// Whether the device has bf16 tensor cores, and the matrices, whose contiguous extents are a and b,
// can be read in vectors. A null pointer is no obstacle.
inline bool supports(const Stream& stream, Index a, Index b,
                     std::initializer_list<const void*> matrices) {
  const auto is_aligned = [](const void* matrix) {
    return reinterpret_cast<std::uintptr_t>(matrix) % kVecBytes == 0;
  };
  return context_of(stream).capability >= 80 && a % kVecSize == 0 && b % kVecSize == 0 &&
         std::all_of(matrices.begin(), matrices.end(), is_aligned);
}

}  // namespace tensor_op

// A matrix in memory as an operand; `stride` elements between rows (K-major) or between k.
template <bool IsKMajor>
struct DenseVecOperand {
  static constexpr bool kIsKMajor = IsKMajor;
  static constexpr bool kCacheInL1 = false;
  using Row = const bfloat16*;

  const bfloat16* values;
  Index stride;

  __device__ Row row_at(int row) const { return values + (IsKMajor ? row * stride : row); }
  __device__ Index k_at(int k) const { return IsKMajor ? k : k * stride; }
  __device__ VecSource vec(Row row, Index at_k) const { return {row + at_k, true}; }
};

}  // namespace inkling::cuda
