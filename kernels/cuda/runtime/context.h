// A device and its stream, memory for the duration of a launch, and launch configurations.
#pragma once

#include <algorithm>
#include <memory>

#include "kernels/cuda/runtime/launch.h"
#include "kernels/kernels.h"

namespace inkling::cuda {

struct Context {
  explicit Context(int device_index);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  int device = 0;
  int capability = 0;  // 80 for compute capability 8.0
  int multiprocessors = 1;
  cudaStream_t stream = nullptr;
};

// As check(), but out of memory it throws OutOfMemory; asked: bytes, 0 where unknown.
void check_memory(cudaError_t status, std::size_t asked, const std::string& doing);

// Synchronizes the stream and returns free memory of the pool to the driver: graphs have a pool of
// their own.
void trim_pool(const Context& context);

inline const Context& context_of(const Stream& stream) {
  return *static_cast<const Context*>(stream.cuda.get());
}

// Device memory for the duration of a launch: freed in stream order, so kernels already enqueued
// may still use it.
template <class T>
class Scratch {
 public:
  Scratch(const Stream& stream, Index size)
      : stream_(stream),
        memory_(static_cast<T*>(allocate(stream, static_cast<std::size_t>(size) * sizeof(T)))) {}
  ~Scratch() { deallocate(stream_, memory_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const { return memory_; }

 private:
  const Stream& stream_;
  T* memory_;
};

inline constexpr int kThreads = 256;  // per block of an elementwise kernel

inline Index ceil_divide(Index a, Index b) { return (a + b - 1) / b; }

// Blocks of kThreads for a grid-stride loop over `size` elements: enough to fill every
// multiprocessor, and no more.
inline Grid elementwise_grid(const Context& context, Index size) {
  const Index max_blocks = Index{16} * context.multiprocessors;
  const Index blocks = std::clamp<Index>(ceil_divide(size, kThreads), 1, max_blocks);
  return {dim3(static_cast<unsigned>(blocks)), dim3(kThreads)};
}

// A grid-stride loop's first element for this thread, and its stride.
__device__ inline Index first_element() {
  return static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline Index element_stride() { return static_cast<Index>(gridDim.x) * blockDim.x; }

}  // namespace inkling::cuda
