// Sums of a matrix product that are cut along K, so that a small C with many terms (a weight's gradient,
// a linear layer at a small batch) still fills the device. Each split writes its part to memory of its
// own, and a second kernel adds the parts in order: the bits do not depend on who is done first.
#pragma once

#include "kernels/cuda/tensor_core_gemm.h"

namespace inkling::cuda {

// The place of a fragment's four sums that this lane holds (mma_16x8x16's d).
struct FragmentPlace {
  int row;     // of sums 0 and 1; sums 2 and 3 are eight rows below
  int column;  // of sums 0 and 2; sums 1 and 3 are in the next

  __device__ FragmentPlace(int first_row, int first_column)
      : row(first_row + static_cast<int>(threadIdx.x) % 32 / 4),
        column(first_column + static_cast<int>(threadIdx.x) % 4 * 2) {}
  __device__ int row_of(int i) const { return row + i / 2 * 8; }
  __device__ int column_of(int i) const { return column + i % 2; }
};

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

  __device__ void fragment(int split, int first_row, int first_column, const float (&sums)[4],
                           const GemmSize& size) const {
    float* part = parts + static_cast<Index>(split) * size.m * size.n;
    const FragmentPlace place(first_row, first_column);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (place.row_of(i) < size.m && place.column_of(i) < size.n) {
        part[static_cast<Index>(place.row_of(i)) * size.n + place.column_of(i)] = sums[i];
      }
    }
  }
};

// All terms at once: c = results (+ bias of the column).
template <class T>
struct WholeOutput {
  const float* bias;
  T* c;

  __device__ void write(int /*split*/, int row, int column, const gemm::Results& results,
                        const GemmSize& size) const {
#pragma unroll
    for (int i = 0; i < gemm::kRows; ++i) {
#pragma unroll
      for (int j = 0; j < gemm::kColumns; ++j) {
        if (row + i < size.m && column + j < size.n) {
          const float shift = bias != nullptr ? bias[column + j] : 0.0F;
          store(c[static_cast<Index>(row + i) * size.n + column + j], results[i][j] + shift);
        }
      }
    }
  }

  __device__ void fragment(int /*split*/, int first_row, int first_column, const float (&sums)[4],
                           const GemmSize& size) const {
    const FragmentPlace place(first_row, first_column);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int column = place.column_of(i);
      if (place.row_of(i) < size.m && column < size.n) {
        const float shift = bias != nullptr ? bias[column] : 0.0F;
        store(c[static_cast<Index>(place.row_of(i)) * size.n + column], sums[i] + shift);
      }
    }
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
    return ceil_divide(size.m, tensor_core::kTileM) * ceil_divide(size.n, 128);
  }
  template <class A, class B, class Output>
  static void run(const Stream& stream, const A& a, const B& b, const Output& output,
                  const GemmSize& size, int splits) {
    tensor_core::run(stream, a, b, output, size, splits);
  }
};

// As many as run at once, two blocks a multiprocessor (one block more would be a second round, for itself);
// at least 128 terms a split, and parts of 256 MB at most.
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
    Level::run(stream, a, b, WholeOutput<T>{bias, c}, size, 1);
    return;
  }
  const Index results = static_cast<Index>(size.m) * size.n;
  const Scratch<float> parts(stream, splits * results);
  Level::run(stream, a, b, PartialOutput{parts.data()}, size, splits);
  launch(add_parts_kernel<T>, elementwise_grid(context, results), context.stream, results,
         static_cast<Index>(size.n), splits, parts.data(), bias, c);
}

}  // namespace inkling::cuda
