// y = W x + b and its gradients by the products of kernels/cpu/simd. Only the data gradient packs
// W.
#pragma once

#include "kernels/args/linear.h"
#include "kernels/stream.h"

namespace inkling::cpu {

// T: float, or bfloat16 with features in multiples of two, where the processor multiplies bf16.
template <class T>
bool supports_product(const LinearShape& shape);

template <class T>
void product_forward(const Stream& stream, const LinearForward<T>& args);
// dx and dweight alone.
template <class T>
void product_backward(const Stream& stream, const LinearBackward<T>& args);

}  // namespace inkling::cpu
