// Error checks, kernel launches, dynamic shared memory. This file, ptx.h and wgmma.h are the only
// ones that distinguish nvcc from the emulation that the tests compile the same sources with
// (tests/cuda_emulation, whose <cuda_runtime.h> is found first there).
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <cuda_runtime.h>

namespace inkling::cuda {

// Throws std::runtime_error, "CUDA, <doing>: <cudaGetErrorString>", unless the call succeeded.
inline void check(cudaError_t status, const std::string& doing) {
  if (status != cudaSuccess) {
    // Clears the last error, which the next launch would report as its own.
    static_cast<void>(cudaGetLastError());
    throw std::runtime_error("CUDA, " + doing + ": " + cudaGetErrorString(status));
  }
}

// A launch configuration.
struct Grid {
  dim3 blocks;
  dim3 threads;
  std::size_t shared_bytes = 0;  // dynamic shared memory of a block
};

// More dynamic shared memory than this needs an opt-in (CUDA C++ Programming Guide, "Shared
// Memory").
inline constexpr std::size_t kDefaultSharedBytes = std::size_t{48} << 10;

// Launches a kernel: asynchronous on a GPU, synchronous in the emulation. Throws std::runtime_error
// when the launch itself fails.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const Grid& grid, cudaStream_t stream,
            Arguments... arguments) {
#ifdef __CUDACC__
  if (grid.shared_bytes > kDefaultSharedBytes) {
    check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(grid.shared_bytes)),
          "shared memory of a kernel");
  }
  kernel<<<grid.blocks, grid.threads, grid.shared_bytes, stream>>>(arguments...);
#else
  emulation::launch(stream, grid.blocks, grid.threads, grid.shared_bytes,
                    [=] { kernel(static_cast<Parameters>(arguments)...); });
#endif
  check(cudaGetLastError(), "kernel launch");
}

// The block's dynamic shared memory, aligned to 1,024 bytes, as swizzled tiles of wgmma need it.
// All shared memory is dynamic: the emulation then knows its exact size and fills it with poison.
__device__ inline unsigned char* shared_memory() {
#ifdef __CUDACC__
  extern __shared__ __align__(1024) unsigned char inkling_shared[];
  return inkling_shared;
#else
  return emulation::shared_memory();
#endif
}

}  // namespace inkling::cuda
