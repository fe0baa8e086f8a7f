// Hopper's products of a warpgroup (PTX ISA 8.5, "Asynchronous Warpgroup Level Matrix Multiply-
// Accumulate Instructions"): its 128 threads multiply tiles that lie in shared memory, while they
// go on with something else. These instructions are of sm_90a alone, which no later card runs.
#pragma once

#include "kernels/cuda/runtime/ptx.h"

namespace inkling::cuda {

#ifdef INKLING_WGMMA
inline constexpr bool kHasWgmma = true;  // this build has machine code for sm_90a, or is emulated
#else
inline constexpr bool kHasWgmma = false;
#endif

#ifdef __CUDACC__
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define INKLING_WGMMA_PTX(...) asm volatile(__VA_ARGS__)
#else
#define INKLING_WGMMA_PTX(...) __trap()
#endif
#endif

#define INKLING_OUT4(x) "+f"((x)[0]), "+f"((x)[1]), "+f"((x)[2]), "+f"((x)[3])

// Distance between groups of eight rows in a tile of rows of 128 bytes.
inline constexpr int kWgmmaGroupBytes = 1024;

// Where and how a tile lies in shared memory ("Matrix Descriptor Format"): from a multiple of 1,024
// bytes on, in rows of 128 bytes whose eight vectors of 16 bytes are swizzled, vector v of row r at
// v ^ r % 8. A row is 64 of k (K-major), or a k with 64 of m or n (MN-major); block_bytes is then
// the distance to the next 64.
__device__ inline std::uint64_t wgmma_descriptor(const void* tile, int block_bytes) {
#ifdef __CUDACC__
  const std::uint32_t address = shared_address(tile);
#else
  const std::uint32_t address = emulation::shared_address(tile);
#endif
  constexpr std::uint64_t kSwizzle128 = std::uint64_t{1} << 62;
  constexpr std::uint64_t kGroup = std::uint64_t{kWgmmaGroupBytes / 16} << 32;
  return kSwizzle128 | kGroup | static_cast<std::uint64_t>(block_bytes / 16) << 16 | address / 16;
}

// The descriptor of what lies `bytes` further.
__device__ inline std::uint64_t advanced(std::uint64_t descriptor, int bytes) {
  return descriptor + static_cast<std::uint64_t>(bytes / 16);
}

// Before the first product of a group: orders it after this thread's accesses to the accumulators.
__device__ inline void wgmma_fence() {
#ifdef __CUDACC__
  INKLING_WGMMA_PTX("wgmma.fence.sync.aligned;" ::: "memory");
#else
  emulation::wgmma_fence();
#endif
}

// Makes what this thread wrote to shared memory, its cp.async that have arrived included, visible
// to wgmma, which reads by way of another proxy; a barrier must follow.
__device__ inline void fence_proxy_async() {
#ifdef __CUDACC__
  INKLING_WGMMA_PTX("fence.proxy.async.shared::cta;" ::: "memory");
#else
  emulation::fence_proxy_async();
#endif
}

__device__ inline void wgmma_commit() {
#ifdef __CUDACC__
  INKLING_WGMMA_PTX("wgmma.commit_group.sync.aligned;" ::: "memory");
#else
  emulation::wgmma_commit();
#endif
}

// Waits until at most the `Pending` most recent groups are incomplete. Only after 0 may the
// accumulators be read; until a group is complete its tiles must not be overwritten.
template <int Pending>
__device__ inline void wgmma_wait() {
#ifdef __CUDACC__
  INKLING_WGMMA_PTX("wgmma.wait_group.sync.aligned %0;" ::"n"(Pending) : "memory");
#else
  emulation::wgmma_wait(Pending);
#endif
}

// d += a b: a is 64 × 16, b 16 × N, both bf16 in shared memory, K-major or MN-major; d is float32.
// Warp w of the warpgroup holds rows 16 w … 16 w + 15 of d, d[j] as mma_16x8x16's d of columns 8 j
// … 8 j + 7.
template <bool IsKMajorA, bool IsKMajorB>
__device__ inline void wgmma_64x16(float (&d)[8][4], std::uint64_t a, std::uint64_t b) {
#ifdef __CUDACC__
  INKLING_WGMMA_PTX(
      "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
      "%32, %33, 1, 1, 1, %34, %35;"
      : INKLING_OUT4(d[0]), INKLING_OUT4(d[1]), INKLING_OUT4(d[2]), INKLING_OUT4(d[3]),
        INKLING_OUT4(d[4]), INKLING_OUT4(d[5]), INKLING_OUT4(d[6]), INKLING_OUT4(d[7])
      : "l"(a), "l"(b), "n"(IsKMajorA ? 0 : 1), "n"(IsKMajorB ? 0 : 1));
#else
  emulation::wgmma_64x16(d[0], 64, a, b, IsKMajorA, IsKMajorB);
#endif
}
template <bool IsKMajorA, bool IsKMajorB>
__device__ inline void wgmma_64x16(float (&d)[16][4], std::uint64_t a, std::uint64_t b) {
#ifdef __CUDACC__
  INKLING_WGMMA_PTX(
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
      "%64, %65, 1, 1, 1, %66, %67;"
      : INKLING_OUT4(d[0]), INKLING_OUT4(d[1]), INKLING_OUT4(d[2]), INKLING_OUT4(d[3]),
        INKLING_OUT4(d[4]), INKLING_OUT4(d[5]), INKLING_OUT4(d[6]), INKLING_OUT4(d[7]),
        INKLING_OUT4(d[8]), INKLING_OUT4(d[9]), INKLING_OUT4(d[10]), INKLING_OUT4(d[11]),
        INKLING_OUT4(d[12]), INKLING_OUT4(d[13]), INKLING_OUT4(d[14]), INKLING_OUT4(d[15])
      : "l"(a), "l"(b), "n"(IsKMajorA ? 0 : 1), "n"(IsKMajorB ? 0 : 1));
#else
  emulation::wgmma_64x16(d[0], 128, a, b, IsKMajorA, IsKMajorB);
#endif
}

}  // namespace inkling::cuda
