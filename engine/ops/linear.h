// The fully connected layer.
#pragma once

#include "engine/autograd.h"

namespace inkling {

// x [batch, in], weight [out, in], bias [out] or none → x weightᵀ + bias, [batch, out]. Throws
// std::invalid_argument.
Variable linear(const Variable& x, const Variable& weight, const Variable& bias);

}  // namespace inkling
