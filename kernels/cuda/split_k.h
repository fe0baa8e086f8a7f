// Sums of a matrix product that are cut along K, so that a small C with many terms (a weight's
// gradient, a linear layer at a small batch) still fills the device. Each split writes its part to
// memory of its own, and a second kernel adds the parts in order: the bits do not depend on who is
// done first.
#pragma once

#include "kernels/cuda/tensor_core_gemm.h"

namespace inkling::cuda {

// Calls visit(row, column, sum, next) for each two neighbors of a row that this lane holds of its
// warp's sums: the columns `column` and `column + 1`, which is even. Fragments as the PTX manual
// lays them out.
template <class Visit>
__device__ void for_each_pair(int first_row, int first_column, const tensor_core::Sums& sums,
                              const Visit& visit) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int i = 0; i < tensor_core::kFragmentsM; ++i) {
#pragma unroll
    for (int j = 0; j < tensor_core::kFragmentsN; ++j) {
      const int row = first_row + 16 * i + lane / 4;
      const int column = first_column + 8 * j + lane % 4 * 2;
      visit(row, column, sums[i][j][0], sums[i][j][1]);
      visit(row + 8, column, sums[i][j][2], sums[i][j][3]);
    }
  }
}

// A split's results, as [splits, m, n].
struct PartialOutput {
  float* parts;

  __device__ void write(int split, int row, int column, const gemm::Results& results,
                        const GemmSize& size) const {
    float* part = parts + static_cast<Index>(split) * size.m * size.n;
#pragma unroll
    for (int i = 0; i < gemm::kRows; ++i) {
#pragma unroll
      for (int j = 0; j < gemm::kColumns; ++j) {
        if (row + i < size.m && column + j < size.n) {
          part[static_cast<Index>(row + i) * size.n + column + j] = results[i][j];
        }
      }
    }
  }

  __device__ void warp_tile(int split, int first_row, int first_column,
                            const tensor_core::Sums& sums, const GemmSize& size) const {
    float* part = parts + static_cast<Index>(split) * size.m * size.n;
    for_each_pair(first_row, first_column, sums, [&](int row, int column, float sum, float next) {
      if (row < size.m) {
        store_two(part + static_cast<Index>(row) * size.n, column, sum, next, size.n,
                  size.n % 2 == 0);
      }
    });
  }
};

// All terms at once: c = results (+ bias of the column).
template <class T>
struct WholeOutput {
  WholeOutput(const float* given_bias, T* to, const GemmSize& size)
      : bias(given_bias), c(to), pairs(can_store_two(to, size.n)) {}

  const float* bias;
  T* c;
  bool pairs;

  __device__ void write(int /*split*/, int row, int column, const gemm::Results& results,
                        const GemmSize& size) const {
#pragma unroll
    for (int i = 0; i < gemm::kRows; ++i) {
#pragma unroll
      for (int j = 0; j < gemm::kColumns; ++j) {
        if (row + i < size.m && column + j < size.n) {
          store(c[static_cast<Index>(row + i) * size.n + column + j],
                results[i][j] + bias_of(column + j, size));
        }
      }
    }
  }

  __device__ void warp_tile(int /*split*/, int first_row, int first_column,
                            const tensor_core::Sums& sums, const GemmSize& size) const {
    for_each_pair(first_row, first_column, sums, [&](int row, int column, float sum, float next) {
      if (row < size.m) {
        store_two(c + static_cast<Index>(row) * size.n, column, sum + bias_of(column, size),
                  next + bias_of(column + 1, size), size.n, pairs);
      }
    });
  }

 private:
  __device__ float bias_of(int column, const GemmSize& size) const {
    return bias != nullptr && column < size.n ? bias[column] : 0.0F;
  }
};

// c = sum of the parts (+ bias of the column).
template <class T>
__global__ void add_parts_kernel(Index size, Index columns, int splits, const float* parts,
                                 const float* bias, T* c) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    float sum = bias != nullptr ? bias[i % columns] : 0.0F;
    for (int split = 0; split < splits; ++split) {
      sum += parts[split * size + i];
    }
    store(c[i], sum);
  }
}

// The two levels of the product.
struct CudaCores {
  static Index tiles(const GemmSize& size) {
    return ceil_divide(size.m, gemm::kTileM) * ceil_divide(size.n, gemm::kTileN);
  }
  template <class A, class B, class Output>
  static void run(const Stream& stream, const A& a, const B& b, const Output& output,
                  const GemmSize& size, int splits) {
    gemm::run(stream, a, b, output, size, splits);
  }
};
struct TensorCores {
  static Index tiles(const GemmSize& size) {
    return tensor_core::is_narrow(size) ? ceil_divide(size.m, tensor_core::NarrowTile::kTileM)
                                        : ceil_divide(size.m, tensor_core::SquareTile::kTileM) *
                                              ceil_divide(size.n, tensor_core::SquareTile::kTileN);
  }
  template <class A, class B, class Output>
  static void run(const Stream& stream, const A& a, const B& b, const Output& output,
                  const GemmSize& size, int splits) {
    tensor_core::run(stream, a, b, output, size, splits);
  }
};

// As many as run at once, two blocks a multiprocessor (one block more would be a second round, for
// itself); at least 128 terms a split, and parts of 256 MB at most.
inline int splits_for(const Context& context, const GemmSize& size, Index tiles) {
  const Index wanted = Index{2} * context.multiprocessors / tiles;
  const Index by_terms = size.k / 128;
  const Index by_memory = (Index{64} << 20) / (static_cast<Index>(size.m) * size.n);
  return static_cast<int>(
      std::clamp<Index>(std::min(wanted, std::min(by_terms, by_memory)), 1, 256));
}

// c = a b (+ bias), with as many splits as the device and the sizes ask for.
template <class Level, class T, class A, class B>
void multiply_split(const Stream& stream, const A& a, const B& b, const float* bias, T* c,
                    const GemmSize& size) {
  const Context& context = context_of(stream);
  const int splits = splits_for(context, size, Level::tiles(size));
  if (splits == 1) {
    Level::run(stream, a, b, WholeOutput<T>(bias, c, size), size, 1);
    return;
  }
  const Index results = static_cast<Index>(size.m) * size.n;
  const Scratch<float> parts(stream, splits * results);
  Level::run(stream, a, b, PartialOutput{parts.data()}, size, splits);
  launch(add_parts_kernel<T>, elementwise_grid(context, results), context.stream, results,
         static_cast<Index>(size.n), splits, parts.data(), bias, c);
}

}  // namespace inkling::cuda
