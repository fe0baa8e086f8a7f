// C = A B on the tensor cores: bf16 in, float32 sums, for compute capability 8.0 and up. As in
// gemm.h, the operands say where their elements come from, here in chunks of eight; any m, n and k
// is right.
//
// A block of four warps makes a tile of 128 × 128 (or 256 × 64, where C is narrow) in steps of 32
// terms. Four steps are in shared memory: while one is multiplied, three are on their way
// (cp.async), and one barrier a step is enough. A warp makes 64 × 64: a step is 64 mma.sync for 16
// ldmatrix and some 8 copies, and the instructions around them must stay few: beside 64 mma.sync of
// 6.5 cycles each (63 % of Hopper's peak) there is room for about 350 others in two warps a
// scheduler. Shared memory: a block's step reads 32 KB and writes 16 KB for 1 MFLOP, 384 cycles at
// 128 bytes each; the products take 413. Global memory: a step moves 16 KB for 1 MFLOP, 64 a byte;
// an H200 at 500 TFLOP/s and 4.8 TB/s asks for 104, so blocks that run together must find their
// common operand in the 50 MB of L2: those of one row of tiles follow one another, and a
// convolution's image is kept in the first-level cache for the other taps.
#pragma once

#include "kernels/cuda/divisor.h"
#include "kernels/cuda/gemm.h"
#include "kernels/cuda/tensor_core_tile.h"

namespace inkling::cuda::tensor_core {

inline constexpr int kStages = 4;
inline constexpr int kWarpTile = 64;  // rows and columns
inline constexpr int kFragmentsM = kWarpTile / 16;
inline constexpr int kFragmentsN = kWarpTile / 8;
// A lane holds rows r, r + 8, r + 16, … of its warp's tile: a window of four pixels comes so
// (OutputPixels).
inline constexpr int kWindowSpread = 8;

// A warp's results: [16 rows][8 columns][mma_16x8x16's d].
using Sums = float[kFragmentsM][kFragmentsN][4];

// How many warps share a block's tile.
template <int Down, int Across>
struct Warps {
  static constexpr int kTileM = Down * kWarpTile;
  static constexpr int kTileN = Across * kWarpTile;
  static_assert(Down * Across * 32 == kBlockThreads);
};
using SquareTile = Warps<2, 2>;
using NarrowTile = Warps<4, 1>;

inline bool is_narrow(const GemmSize& size) { return size.n <= NarrowTile::kTileN; }

template <class A, class B, class Share>
struct Stage {
  static constexpr int kBytesA = Tile<A::kAlongK, Share::kTileM>::kBytes;
  static constexpr int kBytes = kBytesA + Tile<B::kAlongK, Share::kTileN>::kBytes;
};

template <class A, class B, class Share>
class StepProduct {
 public:
  __device__ StepProduct(int first_row, int first_column)
      : places_a_(places_of_a<A::kAlongK, Share::kTileM>(first_row)),
        places_b_(places_of_b<B::kAlongK, Share::kTileN>(first_column)) {}

  __device__ void add(const unsigned char* stage, Sums& sums) const {
    const unsigned char* tile_b = stage + Stage<A, B, Share>::kBytesA;
#pragma unroll
    for (int k = 0; k < kTileK; k += 16) {
      std::uint32_t a[kFragmentsM][4];
      std::uint32_t b[kFragmentsN / 2][4];
#pragma unroll
      for (int i = 0; i < kFragmentsM; ++i) {
        load_fragment<A::kAlongK>(a[i], places_a_.at(stage, i, k));
      }
#pragma unroll
      for (int j = 0; j < kFragmentsN / 2; ++j) {
        load_fragment<B::kAlongK>(b[j], places_b_.at(tile_b, j, k));
      }
#pragma unroll
      for (int i = 0; i < kFragmentsM; ++i) {
#pragma unroll
        for (int j = 0; j < kFragmentsN; ++j) {
          mma_16x8x16(sums[i][j], a[i], {b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]});
        }
      }
    }
  }

 private:
  FragmentPlaces<A::kAlongK, Share::kTileM> places_a_;
  FragmentPlaces<B::kAlongK, Share::kTileN> places_b_;
};

// Block (x, y) makes tile x of split y, tiles counted along the rows of C. `output` takes a warp's
// sums: output.warp_tile(split, first row, first column, sums, size), called by the whole warp.
template <class A, class B, class Output, class Share>
__global__ void __launch_bounds__(kBlockThreads, 2)
    kernel(A a, B b, Output output, GemmSize size, Divisor by_tiles_across, int k_per_split) {
  using Memory = Stage<A, B, Share>;
  const int tile = static_cast<int>(blockIdx.x);
  const int tile_row = by_tiles_across.quotient(tile);
  const int first_row = tile_row * Share::kTileM;
  const int first_column = by_tiles_across.remainder(tile, tile_row) * Share::kTileN;
  const int first_k = static_cast<int>(blockIdx.y) * k_per_split;
  const int end_k = size.k - first_k < k_per_split ? size.k : first_k + k_per_split;
  const int steps = (end_k - first_k + kTileK - 1) / kTileK;

  unsigned char* const shared = shared_memory();
  const Loader<A, Share::kTileM> loader_a(a, first_row, size.m);
  const Loader<B, Share::kTileN> loader_b(b, first_column, size.n);
  const auto prefetch = [&](int step) {  // a step beyond the last is an empty group
    if (step < steps) {
      unsigned char* const stage = shared + step % kStages * Memory::kBytes;
      loader_a.load(stage, first_k + step * kTileK, end_k);
      loader_b.load(stage + Memory::kBytesA, first_k + step * kTileK, end_k);
    }
    cp_async_commit();
  };

  for (int step = 0; step < kStages - 1; ++step) {
    prefetch(step);
  }
  const int warp = static_cast<int>(threadIdx.x) / 32;
  constexpr int kAcross = Share::kTileN / kWarpTile;
  const int warp_row = warp / kAcross * kWarpTile;
  const int warp_column = warp % kAcross * kWarpTile;
  const StepProduct<A, B, Share> product(warp_row, warp_column);
  Sums sums = {};
  for (int step = 0; step < steps; ++step) {
    cp_async_wait<kStages - 2>();
    __syncthreads();  // everyone's part of this step is there, and everyone is done with the last
    prefetch(step + kStages - 1);
    product.add(shared + step % kStages * Memory::kBytes, sums);
  }
  cp_async_wait<0>();
  output.warp_tile(static_cast<int>(blockIdx.y), first_row + warp_row, first_column + warp_column,
                   sums, size);
}

template <class Share, class A, class B, class Output>
void run_tiles(const Stream& stream, const A& a, const B& b, const Output& output,
               const GemmSize& size, int splits) {
  const auto k_per_split =
      static_cast<int>(ceil_divide(ceil_divide(size.k, splits), kTileK) * kTileK);
  const Index across = ceil_divide(size.n, Share::kTileN);
  const Index tiles = across * ceil_divide(size.m, Share::kTileM);
  check_tiles(tiles);
  const Grid grid{dim3(static_cast<unsigned>(tiles), static_cast<unsigned>(splits)),
                  dim3(kBlockThreads), kStages * Stage<A, B, Share>::kBytes};
  launch(kernel<A, B, Output, Share>, grid, context_of(stream).stream, a, b, output, size,
         Divisor(static_cast<int>(across)), k_per_split);
}

template <class A, class B, class Output>
void run(const Stream& stream, const A& a, const B& b, const Output& output, const GemmSize& size,
         int splits = 1) {
  if (is_narrow(size)) {
    run_tiles<NarrowTile>(stream, a, b, output, size, splits);
  } else {
    run_tiles<SquareTile>(stream, a, b, output, size, splits);
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
  static constexpr bool kReadAgain = false;
  using Line = const bfloat16*;

  const bfloat16* values;
  Index stride;

  __device__ Line line(int i) const { return values + (AlongK ? i * stride : i); }
  __device__ Index term(int k) const { return AlongK ? k : k * stride; }
  __device__ Chunk chunk(Line line, Index term) const { return {line + term, true}; }
};

}  // namespace inkling::cuda::tensor_core
