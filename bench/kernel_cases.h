// The kernels of a LargerCNN training step, each at its real size, with what it costs at least.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/peers.h"
#include "engine/tensor.h"

namespace inkling {

struct KernelCase {
  std::string name;  // "conv2 data gradient"
  Dtype dtype = Dtype::float32;
  double flops = 0;
  double bytes = 0;  // read and written once
  std::function<void()> ours;
  std::function<void()>
      peer;  // the vendor's library on the same sizes; none where it has no such thing
  std::string peer_name;
};

// Both precisions; the peers are used as long as the cases live.
std::vector<KernelCase> kernel_cases(const Device& device, Index batch, Peers& peers);

}  // namespace inkling
