// Convolution (cross-correlation, as the field has it), alone or with ReLU and max-pooling in the
// same kernel.
#pragma once

#include "engine/autograd.h"
#include "kernels/args/conv2d.h"

namespace inkling {

struct Conv2dOptions {
  Index stride = 1;
  Index padding = 0;  // zeros on each side
};

// x [batch, height, width, in_channels], weight [kernel, kernel, in_channels, out_channels], bias
// [out_channels] or none → [batch, out_height, out_width, out_channels], where out = (in + 2
// padding - kernel) / stride + 1, rounded down. The epilogues relu and relu_pool give what
// relu(conv2d(…)) and max_pool2d(relu(conv2d(…)), 2, 2) give, without storing what is between.
// Throws std::invalid_argument.
Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias,
                const Conv2dOptions& options = {}, Epilogue epilogue = Epilogue::none);

}  // namespace inkling
