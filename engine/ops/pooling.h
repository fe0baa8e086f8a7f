// Max- and average pooling, and the step from images to vectors.
#pragma once

#include "engine/autograd.h"

namespace inkling {

// x [batch, height, width, channels] → [batch, out_height, out_width, channels], out = (in -
// kernel) / stride + 1, rounded down. Of equal values the first (row by row) wins and takes the
// whole gradient; NaN wins over all. kernel is 1 to 16. Throws std::invalid_argument.
Variable max_pool2d(const Variable& x, Index kernel, Index stride);

// The mean of each window instead, of the same shapes. Each element of a window takes 1/kernel² of
// the gradient.
Variable avg_pool2d(const Variable& x, Index kernel, Index stride);

// x [batch, height, width, channels] → [batch, channels * height * width], in PyTorch's order (C,
// H, W), so that no weight needs to know that memory is NHWC.
Variable flatten(const Variable& x);

}  // namespace inkling
