// Work that is captured once and launched many times: a CUDA graph on a GPU.
#pragma once

#include <functional>
#include <memory>

#include "engine/tensor.h"

namespace inkling {

// The first run() executes the work eagerly (a kernel's first launch may allocate, which a capture
// does not allow), the second captures it, and from then on run() launches the captured graph
// without calling the work again. On the CPU every run() calls the work.
//
// The work must launch the same kernels with the same arguments each time, keep no tensor that it
// allocates, and neither read from the device nor copy to it: what changes between runs is read
// from tensors whose memory stays in place. Asynchronous on a GPU. Not thread-safe.
class DeviceGraph {
 public:
  DeviceGraph(const Device& device, std::function<void()> work)
      : device_(device), work_(std::move(work)) {}

  // Throws what the work throws, and std::runtime_error for what a GPU refuses.
  void run();

 private:
  Device device_;
  std::function<void()> work_;
  bool warmed_up_ = false;
  std::shared_ptr<const void> graph_;
};

}  // namespace inkling
