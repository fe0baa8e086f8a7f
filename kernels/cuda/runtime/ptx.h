// Wrappers for PTX instructions without a CUDA intrinsic (PTX ISA 8.5); need sm_80. Older cards run
// the SIMT kernels, which use none of them.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/cuda/runtime/launch.h"

namespace inkling::cuda {

#ifdef __CUDACC__
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define INKLING_PTX(...) asm volatile(__VA_ARGS__)
#else
// Compiled, but never launched: kernels are selected by compute capability.
#define INKLING_PTX(...) __trap()
#endif

__device__ inline std::uint32_t shared_address(const void* shared) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
}
#endif

// Two numbers rounded to bf16, `low` in the low half: on sm_80 and later in one instruction.
__device__ inline std::uint32_t to_bfloat16_pair(float low, float high) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  std::uint32_t pair = 0;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
#else
  return static_cast<std::uint32_t>(to_bfloat16(low).bits) |
         static_cast<std::uint32_t>(to_bfloat16(high).bits) << 16;
#endif
}

// Loads four 8×8 matrices of 16-bit numbers. Lane l gives the address of row l % 8 of matrix l / 8,
// in shared memory and aligned to 16 bytes. In registers[i] lane l gets row l / 4, columns 2 (l %
// 4) and 2 (l % 4) + 1 of matrix i, the first in the low half.
__device__ inline void ldmatrix_x4(std::uint32_t (&registers)[4], const void* shared_row) {
#ifdef __CUDACC__
  INKLING_PTX("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
              : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
              : "r"(shared_address(shared_row))
              : "memory");
#else
  emulation::ldmatrix_x4(registers, shared_row, /*transposed=*/false);
#endif
}

// As ldmatrix_x4, each matrix transposed: lane l gets column l / 4, rows 2 (l % 4) and 2 (l % 4) +
// 1.
__device__ inline void ldmatrix_x4_transposed(std::uint32_t (&registers)[4],
                                              const void* shared_row) {
#ifdef __CUDACC__
  INKLING_PTX("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
              : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
              : "r"(shared_address(shared_row))
              : "memory");
#else
  emulation::ldmatrix_x4(registers, shared_row, /*transposed=*/true);
#endif
}

// d += a b: a is 16×16, b 16×8, both bf16; d is 16×8, float32. Fragments as the PTX manual lays out
// mma.m16n8k16: with g = lane / 4 and t = lane % 4, d[0..1] is row g, columns 2t and 2t + 1;
// d[2..3] row g + 8. a[0] is row g, columns 2t, 2t + 1; a[1] row g + 8; a[2] row g, columns 2t + 8,
// 2t + 9; a[3] row g + 8 of those. b[0] is rows 2t, 2t + 1 of column g; b[1] rows 2t + 8, 2t + 9.
__device__ inline void mma_16x8x16(float (&d)[4], const std::uint32_t (&a)[4],
                                   const std::uint32_t (&b)[2]) {
#ifdef __CUDACC__
  INKLING_PTX(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  emulation::mma_16x8x16(d, a, b);
#endif
}

// Starts an asynchronous copy of 16 bytes from global to shared memory, both aligned to 16; of
// zeros when not valid, and `global` is not read. Visible to the block after cp_async_wait() and a
// barrier. CacheInL1: .ca (L1 and L2) instead of .cg (L2).
template <bool CacheInL1>
__device__ inline void cp_async_16(void* shared, const void* global, bool valid) {
#ifdef __CUDACC__
  if constexpr (CacheInL1) {
    INKLING_PTX("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
                "l"(global), "r"(valid ? 16 : 0)
                : "memory");
  } else {
    INKLING_PTX("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
                "l"(global), "r"(valid ? 16 : 0)
                : "memory");
  }
#else
  emulation::cp_async_16(shared, global, valid);
#endif
}

// Commits this thread's copies since the last commit as a group.
__device__ inline void cp_async_commit() {
#ifdef __CUDACC__
  INKLING_PTX("cp.async.commit_group;" ::: "memory");
#else
  emulation::cp_async_commit();
#endif
}

// Waits until at most the `Pending` most recent of this thread's groups are incomplete.
template <int Pending>
__device__ inline void cp_async_wait() {
#ifdef __CUDACC__
  INKLING_PTX("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
#else
  emulation::cp_async_wait(Pending);
#endif
}

}  // namespace inkling::cuda
