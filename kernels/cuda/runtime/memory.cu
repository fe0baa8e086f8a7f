// Device memory. Allocation is stream-ordered (cudaMallocAsync): freed memory goes to the next
// allocation without a round trip to the driver, and a captured graph may own it.
#include "kernels/cuda/runtime/context.h"
#include "kernels/error.h"

namespace inkling::cuda {
namespace {

void copy_memory(const Stream& stream, const void* from, void* to, std::size_t bytes,
                 cudaMemcpyKind kind) {
  if (bytes > 0) {
    check(cudaMemcpyAsync(to, from, bytes, kind, context_of(stream).stream), "copying memory");
  }
}

void wait_for(const Stream& stream) {
  check(cudaStreamSynchronize(context_of(stream).stream), "waiting for the device");
}

}  // namespace

void check_memory(cudaError_t status, std::size_t asked, const std::string& doing) {
  if (status != cudaErrorMemoryAllocation) {
    check(status, doing);
    return;
  }
  static_cast<void>(cudaGetLastError());  // the exception reports it
  std::size_t free = 0;
  std::size_t total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) {
    free = total = 0;
  }
  throw OutOfMemory("CUDA, " + doing, asked, free, total);
}

void trim_pool(const Context& context) {
  check(cudaStreamSynchronize(context.stream), "waiting for the GPU");
  cudaMemPool_t pool = nullptr;
  check(cudaDeviceGetDefaultMemPool(&pool, context.device), "asking for the memory pool");
  check(cudaMemPoolTrimTo(pool, 0), "giving memory back");
}

void* allocate(const Stream& stream, std::size_t bytes) {
  void* memory = nullptr;
  check_memory(cudaMallocAsync(&memory, std::max<std::size_t>(bytes, 1), context_of(stream).stream),
               bytes, "allocating memory");
  return memory;
}

void deallocate(const Stream& stream, void* memory) noexcept {
  if (memory != nullptr) {
    static_cast<void>(cudaFreeAsync(memory, context_of(stream).stream));
  }
}

// Host memory is pageable: the copies are complete when these return.
void copy_from_host(const Stream& stream, const void* host, void* device, std::size_t bytes) {
  copy_memory(stream, host, device, bytes, cudaMemcpyHostToDevice);
  wait_for(stream);
}

void copy_to_host(const Stream& stream, const void* device, void* host, std::size_t bytes) {
  copy_memory(stream, device, host, bytes, cudaMemcpyDeviceToHost);
  wait_for(stream);
}

void copy(const Stream& stream, const void* from, void* to, std::size_t bytes) {
  copy_memory(stream, from, to, bytes, cudaMemcpyDeviceToDevice);
}

void fill_zero(const Stream& stream, void* memory, std::size_t bytes) {
  if (bytes > 0) {
    check(cudaMemsetAsync(memory, 0, bytes, context_of(stream).stream), "clearing memory");
  }
}

}  // namespace inkling::cuda
