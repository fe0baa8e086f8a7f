// What a CUDA stream of ours carries.
#pragma once

#include <algorithm>
#include <memory>

#include "kernels/cuda/device.h"
#include "kernels/kernels.h"

namespace inkling::cuda {

struct Context {
  explicit Context(int device_index);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  int device = 0;
  int capability = 0;       // 80 for compute capability 8.0
  int multiprocessors = 1;  // for the sizes of launches
  cudaStream_t stream = nullptr;
};

// As check(), but for want of memory: says how much there is, how much was asked for (0: not
// known), and what to do.
void check_memory(cudaError_t status, std::size_t asked, const std::string& doing);

// Synchronizes the stream and returns free memory of the pool to the driver: graphs have a pool of
// their own.
void trim_pool(const Context& context);

inline const Context& context_of(const Stream& stream) {
  return *static_cast<const Context*>(stream.cuda.get());
}

// Memory of the device for the time of a launch: freed in stream order, so that what is under way
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

inline constexpr int kThreads = 256;  // of a block that works element by element

inline Index ceil_divide(Index a, Index b) { return (a + b - 1) / b; }

// Blocks for `size` elements at kThreads a block, in grid-stride loops: enough to keep every
// multiprocessor busy, and no more.
inline Grid elementwise_grid(const Context& context, Index size) {
  const Index max_blocks = Index{16} * context.multiprocessors;
  const Index blocks = std::clamp<Index>(ceil_divide(size, kThreads), 1, max_blocks);
  return {dim3(static_cast<unsigned>(blocks)), dim3(kThreads)};
}

// The element that this thread begins with, and how far it is to its next.
__device__ inline Index first_element() {
  return static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline Index element_stride() { return static_cast<Index>(gridDim.x) * blockDim.x; }

}  // namespace inkling::cuda
