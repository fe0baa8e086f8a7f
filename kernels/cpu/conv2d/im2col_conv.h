// A convolution and its gradients by im2col: for any shape.
#pragma once

#include "kernels/args/conv2d.h"
#include "kernels/stream.h"

namespace inkling::cpu {

template <class T>
void im2col_forward(const Stream& stream, const Conv2dForward<T>& args);
template <class T>
void im2col_backward(const Stream& stream, const Conv2dBackward<T>& args);

}  // namespace inkling::cpu
