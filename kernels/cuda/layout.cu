// NHWC ⇄ NCHW, as a transpose of [pixels, channels] of each image.
//
//   block   a tile of 32 × 32 elements through shared memory, so that reads and writes coalesce
//   thread  a column of the tile, every eighth row
//
// Bound: memory. The network flattens 7 × 7 × 256 activations a step, at batch 512 in bf16 13 MB
// each way, 5 µs of an H200's 4.8 TB/s.
//
// Test: script/test -R CudaKernels.Layouts. Time: bench-kernels (script/gpu).
#include <limits>

#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/divisor.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/error.h"

namespace inkling::cuda {
namespace {

constexpr int kTile = 32;
constexpr int kRowsPerPass = kThreads / kTile;

// x [batch, rows, columns] → y [batch, columns, rows]. Rows of the tile are padded by one element,
// so that a column falls on different banks.
template <class T>
__global__ void transpose_kernel(int rows, int columns, Divisor by_tiles, Divisor by_tiles_per_row,
                                 const T* x, T* y) {
  const int block = static_cast<int>(blockIdx.x);
  const int image = by_tiles.quotient(block);
  const int tile = by_tiles.remainder(block, image);
  const int tile_row = by_tiles_per_row.quotient(tile);
  const int first_row = tile_row * kTile;
  const int first_column = by_tiles_per_row.remainder(tile, tile_row) * kTile;
  const int lane = static_cast<int>(threadIdx.x) % kTile;
  const int tile_row_of_thread = static_cast<int>(threadIdx.x) / kTile;
  const Index start = static_cast<Index>(image) * rows * columns;
  auto* const shared = reinterpret_cast<T*>(shared_memory());  // [kTile][kTile + 1]
  for (int i = tile_row_of_thread; i < kTile; i += kRowsPerPass) {
    if (first_row + i < rows && first_column + lane < columns) {
      shared[i * (kTile + 1) + lane] =
          x[start + static_cast<Index>(first_row + i) * columns + first_column + lane];
    }
  }
  __syncthreads();
  for (int i = tile_row_of_thread; i < kTile; i += kRowsPerPass) {
    if (first_column + i < columns && first_row + lane < rows) {
      y[start + static_cast<Index>(first_column + i) * rows + first_row + lane] =
          shared[lane * (kTile + 1) + i];
    }
  }
}

template <class T>
void transpose(const Stream& stream, Index batch, Index rows, Index columns, const T* x, T* y) {
  const Index across = ceil_divide(columns, kTile);
  const Index tiles = across * ceil_divide(rows, kTile);
  if (batch * tiles == 0) {
    return;
  }
  if (batch * tiles > std::numeric_limits<std::int32_t>::max()) {
    throw TooLarge("flatten: expected fewer than 2^31 tiles of 32 x 32, received " +
                   std::to_string(batch * tiles));
  }
  launch(
      transpose_kernel<T>,
      {dim3(static_cast<unsigned>(batch * tiles)), dim3(kThreads), kTile * (kTile + 1) * sizeof(T)},
      context_of(stream).stream, static_cast<int>(rows), static_cast<int>(columns),
      Divisor(static_cast<int>(tiles)), Divisor(static_cast<int>(across)), x, y);
}

}  // namespace

template <class T>
void nhwc_to_nchw(const Stream& stream, const ChangeLayout<T>& args) {
  const ImageShape& s = args.shape;
  transpose(stream, s.batch, s.height * s.width, s.channels, args.x, args.y);
}

template <class T>
void nchw_to_nhwc(const Stream& stream, const ChangeLayout<T>& args) {
  const ImageShape& s = args.shape;
  transpose(stream, s.batch, s.channels, s.height * s.width, args.x, args.y);
}

INKLING_INSTANTIATE_CUDA(nhwc_to_nchw);
INKLING_INSTANTIATE_CUDA(nchw_to_nhwc);

}  // namespace inkling::cuda
