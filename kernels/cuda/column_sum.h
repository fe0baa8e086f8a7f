// Sums over the rows of a matrix: the gradient of a bias.
#pragma once

#include "kernels/cuda/context.h"
#include "kernels/cuda/number.h"

namespace inkling::cuda {

// Rows a split: enough work for a thread, and enough splits for a large batch.
inline constexpr Index kRowsASplit = 512;

// Where gate is given, only rows' elements where it is above 0 count: ReLU's gradient.
template <class T>
__global__ void column_sum_kernel(Index rows, Index columns, const T* x, const T* gate,
                                  float* parts) {
  const Index first = blockIdx.y * kRowsASplit;
  const Index end = first + kRowsASplit < rows ? first + kRowsASplit : rows;
  for (Index column = first_element(); column < columns; column += element_stride()) {
    float sum = 0;
    for (Index row = first; row < end; ++row) {
      const Index i = row * columns + column;
      if (gate == nullptr || to_float(gate[i]) > 0.0F) {
        sum += to_float(x[i]);
      }
    }
    parts[blockIdx.y * columns + column] = sum;
  }
}

template <class T>
__global__ void add_column_parts_kernel(Index columns, Index splits, const float* parts, T* sums) {
  for (Index column = first_element(); column < columns; column += element_stride()) {
    float sum = 0;
    for (Index split = 0; split < splits; ++split) {
      sum += parts[split * columns + column];
    }
    store(sums[column], sum);
  }
}

// sums[column] = the sum of x's column; in one fixed order. Memory is read once, coalesced along the
// columns; 65,535 splits of 512 rows are the most, 33 million rows.
template <class T>
void column_sum(const Stream& stream, Index rows, Index columns, const T* x, const T* gate,
                float* sums) {
  const Context& context = context_of(stream);
  const Index splits = std::max<Index>(1, ceil_divide(rows, kRowsASplit));
  if (splits > 65535) {
    throw std::invalid_argument("[bias gradient] expected at most 33,553,920 rows, received " +
                                std::to_string(rows) + ": try a smaller --batch-size");
  }
  const Scratch<float> parts(stream, splits * columns);
  Grid grid = elementwise_grid(context, columns);
  const Grid plain = grid;
  grid.blocks.y = static_cast<unsigned>(splits);
  launch(column_sum_kernel<T>, grid, context.stream, rows, columns, x, gate, parts.data());
  launch(add_column_parts_kernel<float>, plain, context.stream, columns, splits, parts.data(),
         sums);
}

}  // namespace inkling::cuda
