// Vec<T, N>: N consecutive elements, loaded or stored by one instruction of at most 16 bytes; and
// storing the float32 that kernels compute in as the element type.
#pragma once

#include <bit>

#include "kernels/cuda/runtime/ptx.h"

namespace inkling::cuda {

__device__ inline void store(float& target, float value) { target = value; }
__device__ inline void store(bfloat16& target, float value) { target = to_bfloat16(value); }

inline constexpr std::size_t kMaxAccessBytes = 16;

template <class T, int N>
struct alignas(N * sizeof(T) < kMaxAccessBytes ? N * sizeof(T) : kMaxAccessBytes) Vec {
  T values[N];
};

// Loads or stores a Vec of 16 bytes or a multiple in accesses of 16: a copy of a Vec of bf16 would
// be split into eight.
template <class VecType>
struct alignas(kMaxAccessBytes) [[gnu::may_alias]] VecBits {
  std::uint32_t words[sizeof(VecType) / sizeof(std::uint32_t)];
};
template <class VecType>
__device__ VecType load_vec(const VecType* vec) {
  return std::bit_cast<VecType>(*reinterpret_cast<const VecBits<VecType>*>(vec));
}
template <class VecType>
__device__ void store_bits(VecType* target, const VecType& vec) {
  *reinterpret_cast<VecBits<VecType>*>(target) = std::bit_cast<VecBits<VecType>>(vec);
}

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

// Stores N values, rounded to the element type; `target` is aligned as a Vec<T, N>.
template <int N>
__device__ void store_vec(float* target, const float (&values)[N]) {
  Vec<float, N> vec;
#pragma unroll
  for (int i = 0; i < N; ++i) {
    vec.values[i] = values[i];
  }
  *reinterpret_cast<Vec<float, N>*>(target) = vec;
}
template <int N>
__device__ void store_vec(bfloat16* target, const float (&values)[N]) {
  Vec<std::uint32_t, N / 2> pairs;
#pragma unroll
  for (int i = 0; i < N; i += 2) {
    pairs.values[i / 2] = to_bfloat16_pair(values[i], values[i + 1]);
  }
  *reinterpret_cast<Vec<bfloat16, N>*>(target) = std::bit_cast<Vec<bfloat16, N>>(pairs);
}

__device__ inline Vec<float, 2> to_pair(const float* /*row*/, float value, float next) {
  return {{value, next}};
}
__device__ inline Vec<bfloat16, 2> to_pair(const bfloat16* /*row*/, float value, float next) {
  return std::bit_cast<Vec<bfloat16, 2>>(to_bfloat16_pair(value, next));
}

// Stores columns `column` and `column + 1` of a row of n elements, skipping those beyond its end;
// as one Vec<T, 2> when `as_pair`.
template <class T>
__device__ void store_pair(T* row, int column, float value, float next, int n, bool as_pair) {
  if (as_pair && column + 1 < n) {
    *reinterpret_cast<Vec<T, 2>*>(row + column) = to_pair(row, value, next);
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
