// The kernels of a LargerCNN training step, each at its real size, with what it costs at least.
#pragma once

#include <functional>
#include <string>

#include "bench/peers.h"
#include "engine/tensor.h"

namespace inkling {

struct KernelCase {
  std::string name;  // "conv2 data gradient"
  Dtype dtype = Dtype::float32;
  double flops = 0;
  double bytes = 0;  // read and written once
  std::function<void()> ours;
  // The vendor's library on the same sizes: none where it has no such thing, or refuses, as the
  // name then says.
  std::function<void()> peer;
  std::string peer_name;
};

using VisitKernel = std::function<void(const KernelCase&)>;

// One case after the other, in both precisions where the device has them. Their memory is given
// back in between: batch 512 in float32 is gigabytes.
void visit_kernel_cases(const Device& device, Index batch, Peers& peers, const VisitKernel& visit);

}  // namespace inkling
