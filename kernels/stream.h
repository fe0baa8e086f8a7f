// Where kernels run: a pool of threads on the CPU, a CUDA stream on a GPU.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace inkling {

class ThreadPool;

enum class DeviceType : std::uint8_t { cpu, cuda };

// What a device is, and what it could do at its highest clock: the roof that measurements are held
// against.
struct DeviceDescription {
  std::string name;
  int capability = 0;           // CUDA: 90 for compute capability 9.0
  double float32_flops = 0;     // a second; 0 where it is not known
  double bf16_flops = 0;        // a second, on the tensor cores, dense
  double bytes_per_second = 0;  // of its memory
  double cache_bytes = 0;  // of its last cache: less than that and the memory's speed says nothing
};

// Every kernel takes one as its first argument. Opened by cpu::open_stream or cuda::open_stream,
// and shared by all tensors of a device.
struct Stream {
  DeviceType device = DeviceType::cpu;
  std::shared_ptr<ThreadPool> pool;  // CPU: runs the fixed chunks of a kernel
  std::shared_ptr<void> cuda;        // CUDA: the cudaStream_t and what belongs to it
};

}  // namespace inkling
