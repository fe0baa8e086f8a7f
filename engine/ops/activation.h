// ReLU and dropout.
#pragma once

#include "engine/autograd.h"

namespace inkling {

// max(x, 0), element by element. At exactly 0 the gradient is 0, as PyTorch has it.
Variable relu(const Variable& x);

// Names one dropout mask, the same on every device.
struct DropoutMask {
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;
  Tensor step;  // int32 [1], on x's device; read when the kernels run
};

// Inverted dropout (Srivastava et al. 2014): each element is 0 with probability p, else divided by
// 1 - p. p is at least 0 and below 1; throws std::invalid_argument.
Variable dropout(const Variable& x, double p, const DropoutMask& mask);

}  // namespace inkling
