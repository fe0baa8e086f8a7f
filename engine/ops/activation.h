// ReLU and dropout.
#pragma once

#include "engine/autograd.h"

namespace inkling {

// max(x, 0), element by element. At exactly 0 the gradient is 0, as PyTorch has it.
Variable relu(const Variable& x);

// Inverted dropout (Srivastava et al. 2014): each element is 0 with probability p, else divided by
// 1 - p. The mask is a pure function of the key. p is at least 0 and below 1; throws
// std::invalid_argument.
Variable dropout(const Variable& x, double p, const DropoutKey& key);

}  // namespace inkling
