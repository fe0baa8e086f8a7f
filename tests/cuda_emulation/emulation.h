// A CUDA device emulated on the CPU, so that kernels can be proven where there is no GPU. Every
// thread of a block is a fiber; barriers, calls of a whole warp and waits for copies are where one
// stops and another goes on, in an order that tests choose. Not thread-safe: one host thread at a
// time.
//
// What it catches, each as an Error that names the threads:
//   - a barrier or a warp-wide call that some threads do not reach, or reach at another place;
//   - copies begun and not waited for; misaligned ones; ones that leave the block's shared memory;
//   - launches larger than a device allows;
//   - memory freed twice, copied in the wrong direction or beyond its end.
// Under AddressSanitizer also every access outside of an allocation or of the block's shared
// memory, both of which have their exact sizes, and any touch of device memory by the host. Memory
// begins as NaN and so does the target of an asynchronous copy until it is waited for: what is read
// too soon is seen in the result. A result that differs between two orders of the threads is a
// race.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "tests/cuda_emulation/types.h"

namespace inkling::emulation {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Which of the threads that could go on does so: the first, the last, or any by a seed. Blocks
// follow one another in the same manner.
struct ThreadOrder {
  enum class Kind : std::uint8_t { forward, reverse, shuffled };
  Kind kind = Kind::forward;
  std::uint64_t seed = 0;

  static ThreadOrder forward() { return {}; }
  static ThreadOrder reverse() { return {Kind::reverse, 0}; }
  static ThreadOrder shuffled(std::uint64_t seed) { return {Kind::shuffled, seed}; }
};

// The device that cudaGetDeviceProperties() and cudaMemGetInfo() tell of.
struct DeviceSettings {
  int capability = 90;
  int multiprocessors = 4;
  std::size_t memory_bytes = std::size_t{1} << 30;
};

// Each is in force while it lives.
class ScopedThreadOrder {
 public:
  explicit ScopedThreadOrder(ThreadOrder order);
  ~ScopedThreadOrder();
  ScopedThreadOrder(const ScopedThreadOrder&) = delete;
  ScopedThreadOrder& operator=(const ScopedThreadOrder&) = delete;

 private:
  ThreadOrder before_;
};
class ScopedDevice {
 public:
  explicit ScopedDevice(DeviceSettings settings);
  ~ScopedDevice();
  ScopedDevice(const ScopedDevice&) = delete;
  ScopedDevice& operator=(const ScopedDevice&) = delete;

 private:
  DeviceSettings before_;
};

const ThreadOrder& thread_order();
const DeviceSettings& device_settings();

// Runs a grid to its end: `body` once for each thread, with threadIdx and blockIdx set. Throws
// Error.
void run_grid(dim3 blocks, dim3 threads, std::size_t shared_bytes,
              const std::function<void()>& body);

// The running block's dynamic shared memory.
unsigned char* shared_memory();

// Whether bytes from `memory` on lie within the running block's shared memory.
bool is_shared(const void* memory, std::size_t bytes);

}  // namespace inkling::emulation
