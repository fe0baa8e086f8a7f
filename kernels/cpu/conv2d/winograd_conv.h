// A 3 × 3 convolution of stride 1 and its gradients by Winograd's minimal filtering: a quarter of
// the products (kernels/cpu/simd/winograd.h). In bf16 the transforms are rounded where the
// processor multiplies bf16; elsewhere only what is stored.
#pragma once

#include "kernels/args/conv2d.h"
#include "kernels/stream.h"

namespace inkling::cpu {

// Channels in multiples of 32, and a result large enough that its tiles need fewer products.
bool supports_winograd(const Conv2dShape& shape);

void winograd_forward(const Stream& stream, const Conv2dForward<float>& args);
void winograd_forward(const Stream& stream, const Conv2dForward<bfloat16>& args);
void winograd_backward(const Stream& stream, const Conv2dBackward<float>& args);
void winograd_backward(const Stream& stream, const Conv2dBackward<bfloat16>& args);

}  // namespace inkling::cpu
