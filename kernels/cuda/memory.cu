// Devices and their memory. Allocation is in stream order (cudaMallocAsync): freed memory is given
// to the next that asks without a round trip to the driver, and a captured graph may hold it.
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "kernels/cuda/context.h"

namespace inkling::cuda {
namespace {

std::string megabytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

void copy_memory(const Stream& stream, const void* from, void* to, std::size_t bytes,
                 cudaMemcpyKind kind) {
  if (bytes > 0) {
    check(cudaMemcpyAsync(to, from, bytes, kind, context_of(stream).stream), "copying memory");
  }
}

void wait_for(const Stream& stream) {
  check(cudaStreamSynchronize(context_of(stream).stream), "waiting for the device");
}

// Of one multiprocessor: CUDA C++ Programming Guide, "Arithmetic Instructions", and the
// architectures' white papers.
double float32_flops_per_clock(int capability) {
  return capability == 75 || capability == 80 ? 128 : 256;
}
double bf16_flops_per_clock(int capability) {
  if (capability < 80) {
    return 0;
  }
  if (capability == 80) {
    return 2048;
  }
  return capability < 90 ? 1024 : 4096;
}

}  // namespace

Context::Context(int device_index) : device(device_index) {
  int count = 0;
  const cudaError_t looked = cudaGetDeviceCount(&count);
  if (looked != cudaSuccess || count == 0) {
    throw std::runtime_error(std::string("there is no CUDA device (") + cudaGetErrorString(looked) +
                             "): use --device cpu");
  }
  if (device < 0 || device >= count) {
    throw std::runtime_error("CUDA: expected a device from 0 to " + std::to_string(count - 1) +
                             ", received " + std::to_string(device));
  }
  check(cudaSetDevice(device), "choosing the device");
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "asking for the device's properties");
  capability = 10 * properties.major + properties.minor;
  multiprocessors = properties.multiProcessorCount;
  // Freed memory stays with the program for the next allocation: by default each wait would give it
  // back.
  cudaMemPool_t pool = nullptr;
  check(cudaDeviceGetDefaultMemPool(&pool, device), "asking for the memory pool");
  std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
  check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep),
        "setting up the memory pool");
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "opening a stream");
}

void check_memory(cudaError_t status, std::size_t asked, const std::string& doing) {
  if (status != cudaErrorMemoryAllocation) {
    check(status, doing);
    return;
  }
  static_cast<void>(cudaGetLastError());  // it is told here
  std::size_t free = 0;
  std::size_t total = 0;
  std::string there;
  if (cudaMemGetInfo(&free, &total) == cudaSuccess) {
    there = ", free were " + megabytes(free) + " of " + megabytes(total);
  }
  throw std::runtime_error(
      "CUDA, out of memory: " + (asked > 0 ? "asked for " + megabytes(asked) : doing) + there +
      ": try half of --batch-size");
}

void trim_pool(const Context& context) {
  check(cudaStreamSynchronize(context.stream), "waiting for the GPU");
  cudaMemPool_t pool = nullptr;
  check(cudaDeviceGetDefaultMemPool(&pool, context.device), "asking for the memory pool");
  check(cudaMemPoolTrimTo(pool, 0), "giving memory back");
}

Context::~Context() { static_cast<void>(cudaStreamDestroy(stream)); }

// A machine without a driver has none, either.
int device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

std::shared_ptr<const Stream> open_stream(int index) {
  auto stream = std::make_shared<Stream>();
  stream->device = DeviceType::cuda;
  stream->cuda = std::make_shared<Context>(index);
  return stream;
}

DeviceDescription describe(const Stream& stream) {
  const Context& context = context_of(stream);
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, context.device), "asking for the device's properties");
  const auto attribute = [&](cudaDeviceAttr which) {
    int value = 0;
    check(cudaDeviceGetAttribute(&value, which, context.device), "asking for an attribute");
    return static_cast<double>(value);
  };
  const double clock = 1e3 * attribute(cudaDevAttrClockRate) * context.multiprocessors;
  const double memory_clock = 1e3 * attribute(cudaDevAttrMemoryClockRate);
  return {.name = properties.name,
          .capability = context.capability,
          .float32_flops = clock * float32_flops_per_clock(context.capability),
          .bf16_flops = clock * bf16_flops_per_clock(context.capability),
          // Two transfers a clock.
          .bytes_per_second = 2 * memory_clock * attribute(cudaDevAttrGlobalMemoryBusWidth) / 8,
          .cache_bytes = attribute(cudaDevAttrL2CacheSize)};
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

// Host memory is pageable: the copy is done when these return.
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
