// Work that a device does again and again.
#pragma once

#include <functional>
#include <memory>

#include "engine/tensor.h"

namespace inkling {

// The first run() does the work as it stands, the second records what it asks of the device, and
// from then on a GPU repeats that by itself, as a CUDA graph, without the host going through the
// work again. So the work must ask the same of the device each time, keep no tensor that it makes,
// and neither read from the device nor copy to it; what changes from run to run it finds in tensors
// that stay in place. On the CPU it is simply done each time. Asynchronous as all work of a GPU is.
// Not thread-safe.
class Recording {
 public:
  Recording(const Device& device, std::function<void()> work)
      : device_(device), work_(std::move(work)) {}

  // Throws what the work throws, and std::runtime_error for what a GPU refuses.
  void run();

 private:
  Device device_;
  std::function<void()> work_;
  bool warm_ = false;
  std::shared_ptr<const void> recorded_;
};

}  // namespace inkling
