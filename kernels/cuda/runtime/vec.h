// Vec<T, N>: N consecutive elements, loaded or stored by one instruction of at most 16 bytes; and
// storing the float32 that kernels compute in as the element type.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/cuda/runtime/launch.h"

namespace inkling::cuda {

__device__ inline void store(float& target, float value) { target = value; }
__device__ inline void store(bfloat16& target, float value) { target = to_bfloat16(value); }

inline constexpr std::size_t kMaxAccessBytes = 16;

template <class T, int N>
struct alignas(N * sizeof(T) < kMaxAccessBytes ? N * sizeof(T) : kMaxAccessBytes) Vec {
  T values[N];
};

// Whether an array starts where a Vec<T, N> may be loaded from.
template <int N, class T>
bool is_vec_aligned(const T* array) {
  return reinterpret_cast<std::uintptr_t>(array) % alignof(Vec<T, N>) == 0;
}

// Whether rows of n elements may be written as pairs that begin at even columns.
template <class T>
bool can_store_pairs(const T* matrix, int n) {
  return n % 2 == 0 && is_vec_aligned<2>(matrix);
}

// Stores columns `column` and `column + 1` of a row of n elements, skipping those beyond its end;
// as one Vec<T, 2> when `as_pair`.
template <class T>
__device__ void store_pair(T* row, int column, float value, float next, int n, bool as_pair) {
  if (as_pair && column + 1 < n) {
    Vec<T, 2> pair;
    store(pair.values[0], value);
    store(pair.values[1], next);
    *reinterpret_cast<Vec<T, 2>*>(row + column) = pair;
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
