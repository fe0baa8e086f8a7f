// The numbers that kernels store, all computed with as float32.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/cuda/device.h"

namespace inkling::cuda {

__device__ inline void store(float& place, float value) { place = value; }
__device__ inline void store(bfloat16& place, float value) { place = to_bfloat16(value); }

// Two neighbors in one access.
template <class T>
struct alignas(2 * sizeof(T)) Two {
  T first;
  T second;
};

// Whether a matrix of rows of n numbers can be written so from even columns on.
template <class T>
bool can_store_two(const T* matrix, int n) {
  return n % 2 == 0 && reinterpret_cast<std::uintptr_t>(matrix) % sizeof(Two<T>) == 0;
}

// The numbers of columns `column` and `column + 1` of a row of n, as far as it has them.
template <class T>
__device__ void store_two(T* row, int column, float value, float next, int n, bool at_once) {
  if (at_once && column + 1 < n) {
    Two<T> two;
    store(two.first, value);
    store(two.second, next);
    *reinterpret_cast<Two<T>*>(row + column) = two;
    return;
  }
  if (column < n) {
    store(row[column], value);
  }
  if (column + 1 < n) {
    store(row[column + 1], next);
  }
}

}  // namespace inkling::cuda
