// Devices: opening a stream, and what a device could do at its highest clock.
#include <limits>

#include "kernels/cuda/runtime/context.h"
#include "kernels/error.h"

namespace inkling::cuda {
namespace {

// Per multiprocessor: CUDA C++ Programming Guide, "Arithmetic Instructions", and the architectures'
// white papers.
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
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    throw NoDevice(std::string("there is no CUDA device (") + cudaGetErrorString(status) + ")");
  }
  if (device < 0 || device >= count) {
    throw NoDevice("CUDA: expected a device from 0 to " + std::to_string(count - 1) +
                   ", received " + std::to_string(device));
  }
  check(cudaSetDevice(device), "choosing the device");
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "asking for the device's properties");
  capability = 10 * properties.major + properties.minor;
  multiprocessors = properties.multiProcessorCount;
  // Keep freed memory in the pool: by default each synchronization returns it to the driver.
  cudaMemPool_t pool = nullptr;
  check(cudaDeviceGetDefaultMemPool(&pool, device), "asking for the memory pool");
  std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
  check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep),
        "setting up the memory pool");
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "opening a stream");
}

Context::~Context() { static_cast<void>(cudaStreamDestroy(stream)); }

// 0 also without a driver.
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

}  // namespace inkling::cuda
