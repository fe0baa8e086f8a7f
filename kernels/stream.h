// Where kernels run: a thread pool on the CPU, a CUDA stream on a GPU.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace inkling {

class ThreadPool;

enum class DeviceType : std::uint8_t { cpu, cuda };

// A device's name and its peaks at the highest clock: the roofline of measurements. 0 where
// unknown.
struct DeviceDescription {
  std::string name;
  int capability = 0;           // CUDA: 90 for compute capability 9.0
  double float32_flops = 0;     // per second
  double bf16_flops = 0;        // per second, tensor cores, dense
  double bytes_per_second = 0;  // memory bandwidth
  double cache_bytes = 0;       // last-level cache: smaller working sets do not measure the memory
};

// The first argument of every kernel. Opened by cpu::open_stream or cuda::open_stream, and shared
// by all tensors of a device.
struct Stream {
  DeviceType device = DeviceType::cpu;
  std::shared_ptr<ThreadPool> pool;  // CPU
  std::shared_ptr<void> cuda;        // CUDA: a cuda::Context
};

}  // namespace inkling
