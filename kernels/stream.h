// Where kernels run: a pool of threads on the CPU, a CUDA stream on a GPU.
#pragma once

#include <cstdint>
#include <memory>

namespace inkling {

class ThreadPool;

enum class DeviceType : std::uint8_t { cpu, cuda };

// Every kernel takes one as its first argument. Opened by cpu::open_stream or cuda::open_stream,
// and shared by all tensors of a device.
struct Stream {
  DeviceType device = DeviceType::cpu;
  std::shared_ptr<ThreadPool> pool;  // CPU: runs the fixed chunks of a kernel
  std::shared_ptr<void> cuda;        // CUDA: the cudaStream_t and what belongs to it
};

}  // namespace inkling
