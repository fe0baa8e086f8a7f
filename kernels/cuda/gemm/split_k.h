// Split-K: a product whose k is divided among blocks, so that a small C with a long k (a weight's
// gradient, a linear layer at a small batch) still fills the device. Each split writes partial sums
// to memory of its own, and a second kernel adds them in order: the result does not depend on the
// order in which blocks finish.
#pragma once

#include "kernels/cuda/gemm/simt_gemm.h"
#include "kernels/cuda/gemm/tensor_cores.h"

namespace inkling::cuda {

// Calls visit(row, column, sum, next) for each pair of neighbors in a row that this lane holds of
// its warp's accumulators: columns `column` (even) and `column + 1`. Fragments as the PTX ISA lays
// out mma.m16n8k16's D.
template <int FragmentsM, int FragmentsN, class Visit>
__device__ void for_each_pair(int first_row, int first_column,
                              const float (&acc)[FragmentsM][FragmentsN][4], const Visit& visit) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int i = 0; i < FragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < FragmentsN; ++j) {
      const int row = first_row + 16 * i + lane / 4;
      const int column = first_column + 8 * j + lane % 4 * 2;
      visit(row, column, acc[i][j][0], acc[i][j][1]);
      visit(row + 8, column, acc[i][j][2], acc[i][j][3]);
    }
  }
}

// bias[column], or 0 without a bias or beyond the last column.
__device__ inline float bias_at(const float* bias, int column, const GemmSize& size) {
  return bias != nullptr && column < size.n ? bias[column] : 0.0F;
}

// Stores a split's partial sums, [splits, m, n].
struct PartialSumEpilogue {
  float* partials;

  __device__ static float initial_sum(int /*column*/, const GemmSize& /*size*/) { return 0; }

  __device__ void store_thread_tile(int split, int row, int column, const simt::Accumulators& acc,
                                    const GemmSize& size) const {
    float* partial = partials + static_cast<Index>(split) * size.m * size.n;
#pragma unroll
    for (int i = 0; i < simt::kThreadTileM; ++i) {
#pragma unroll
      for (int j = 0; j < simt::kThreadTileN; ++j) {
        if (row + i < size.m && column + j < size.n) {
          partial[static_cast<Index>(row + i) * size.n + column + j] = acc[i][j];
        }
      }
    }
  }

  template <int FragmentsM, int FragmentsN>
  __device__ void store_warp_tile(int split, int first_row, int first_column,
                                  const float (&acc)[FragmentsM][FragmentsN][4],
                                  const GemmSize& size) const {
    float* partial = partials + static_cast<Index>(split) * size.m * size.n;
    for_each_pair(first_row, first_column, acc, [&](int row, int column, float sum, float next) {
      if (row < size.m) {
        store_pair(partial + static_cast<Index>(row) * size.n, column, sum, next, size.n,
                   size.n % 2 == 0);
      }
    });
  }
};

// Stores c = sums (+ bias of the column).
template <class T>
struct BiasEpilogue {
  BiasEpilogue(const float* column_bias, T* matrix, const GemmSize& size)
      : bias(column_bias), c(matrix), as_pairs(can_store_pairs(matrix, size.n)) {}

  const float* bias;
  T* c;
  bool as_pairs;

  __device__ float initial_sum(int column, const GemmSize& size) const {
    return bias_at(bias, column, size);
  }

  __device__ void store_thread_tile(int /*split*/, int row, int column,
                                    const simt::Accumulators& acc, const GemmSize& size) const {
#pragma unroll
    for (int i = 0; i < simt::kThreadTileM; ++i) {
#pragma unroll
      for (int j = 0; j < simt::kThreadTileN; ++j) {
        if (row + i < size.m && column + j < size.n) {
          store(c[static_cast<Index>(row + i) * size.n + column + j],
                acc[i][j] + bias_at(bias, column + j, size));
        }
      }
    }
  }

  template <int FragmentsM, int FragmentsN>
  __device__ void store_warp_tile(int /*split*/, int first_row, int first_column,
                                  const float (&acc)[FragmentsM][FragmentsN][4],
                                  const GemmSize& size) const {
    for_each_pair(first_row, first_column, acc, [&](int row, int column, float sum, float next) {
      if (row < size.m) {
        store_pair(c + static_cast<Index>(row) * size.n, column, sum, next, size.n, as_pairs);
      }
    });
  }
};

// c = sum over splits of the partial sums (+ bias of the column).
template <class T>
__global__ void add_splits_kernel(Index size, Index columns, int splits, const float* partials,
                                  const float* bias, T* c) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    float sum = bias != nullptr ? bias[i % columns] : 0.0F;
    for (int split = 0; split < splits; ++split) {
      sum += partials[split * size + i];
    }
    store(c[i], sum);
  }
}

// One wave of two blocks per multiprocessor (a block more would be a wave of its own), at least
// min_k of k per split, and at most 256 MB of partial sums.
inline int splits_for(const Context& context, const GemmSize& size, Index tiles, Index min_k) {
  const Index by_blocks = Index{2} * context.multiprocessors / tiles;
  const Index by_k = size.k / min_k;
  const Index by_memory = (Index{64} << 20) / (static_cast<Index>(size.m) * size.n);
  return static_cast<int>(
      std::clamp<Index>(std::min(by_blocks, std::min(by_k, by_memory)), 1, 256));
}

// c = a b (+ bias), with as many splits as the device and the size call for. Gemm: SimtGemm or
// TensorOpGemm.
template <class Gemm, class T, class A, class B>
void gemm_split_k(const Stream& stream, const A& a, const B& b, const float* bias, T* c,
                  const GemmSize& size) {
  const Context& context = context_of(stream);
  const int splits = splits_for(context, size, Gemm::tiles(stream, size), Gemm::kMinSplitK);
  if (splits == 1) {
    Gemm::run(stream, a, b, BiasEpilogue<T>(bias, c, size), size, 1);
    return;
  }
  const Index elements = static_cast<Index>(size.m) * size.n;
  const Scratch<float> partials(stream, splits * elements);
  Gemm::run(stream, a, b, PartialSumEpilogue{partials.data()}, size, splits);
  launch(add_splits_kernel<T>, elementwise_grid(context, elements), context.stream, elements,
         static_cast<Index>(size.n), splits, partials.data(), bias, c);
}

}  // namespace inkling::cuda
