// Sums over the rows of a matrix: the gradient of a bias.
//
//   grid    32 columns per block × splits of the rows
//   block   8 warps; a warp reads 32 adjacent columns of every eighth row (coalesced), then the
//           warps' sums are added in shared memory, in order
//
// The splits' sums form such a matrix themselves, summed by a second launch: one order, whatever
// the device. Bound: memory, read once. For LargerCNN's conv1 at batch 512 in bf16 51 MB of
// gradient and as much of activations, 21 µs of an H200's 4.8 TB/s.
#pragma once

#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {

namespace column_sums {

inline constexpr int kColumnsPerBlock = 32;
inline constexpr int kWarps = kThreads / kColumnsPerBlock;
inline constexpr Index kMinRowsPerSplit = 64;  // eight per warp
inline constexpr Index kMaxSplits = 512;

// With a gate, only elements where it is above 0 count: ReLU's gradient.
template <class T>
__global__ void kernel(Index rows, Index columns, Index rows_per_split, const T* x, const T* gate,
                       float* sums) {
  const int warp = static_cast<int>(threadIdx.x) / kColumnsPerBlock;
  const int lane = static_cast<int>(threadIdx.x) % kColumnsPerBlock;
  const Index column = static_cast<Index>(blockIdx.x) * kColumnsPerBlock + lane;
  const Index first = blockIdx.y * rows_per_split;
  const Index end = first + rows_per_split < rows ? first + rows_per_split : rows;
  float sum = 0;
  if (column < columns) {
#pragma unroll 8
    for (Index row = first + warp; row < end; row += kWarps) {
      const Index i = row * columns + column;
      const float value = to_float(x[i]);  // loaded without waiting for the gate
      sum += gate == nullptr || to_float(gate[i]) > 0.0F ? value : 0.0F;
    }
  }
  auto* warp_sums = reinterpret_cast<float*>(shared_memory());
  warp_sums[threadIdx.x] = sum;
  __syncthreads();
  if (warp == 0 && column < columns) {
    for (int other = 1; other < kWarps; ++other) {
      sum += warp_sums[other * kColumnsPerBlock + lane];
    }
    sums[blockIdx.y * columns + column] = sum;
  }
}

template <class T>
void run(const Stream& stream, Index rows, Index columns, Index splits, const T* x, const T* gate,
         float* sums) {
  const Grid grid{dim3(static_cast<unsigned>(ceil_divide(columns, kColumnsPerBlock)),
                       static_cast<unsigned>(splits)),
                  dim3(kThreads), kThreads * sizeof(float)};
  launch(kernel<T>, grid, context_of(stream).stream, rows, columns, ceil_divide(rows, splits), x,
         gate, sums);
}

}  // namespace column_sums

// sums[column] = the sum of x's column, over the rows where gate, if given, is above 0.
template <class T>
void column_sum(const Stream& stream, Index rows, Index columns, const T* x, const T* gate,
                float* sums) {
  const Index splits =
      std::clamp<Index>(rows / column_sums::kMinRowsPerSplit, 1, column_sums::kMaxSplits);
  if (splits == 1) {
    column_sums::run(stream, rows, columns, 1, x, gate, sums);
    return;
  }
  const Scratch<float> partials(stream, splits * columns);
  column_sums::run(stream, rows, columns, splits, x, gate, partials.data());
  column_sums::run<float>(stream, splits, columns, 1, partials.data(), nullptr, sums);
}

}  // namespace inkling::cuda
