// Rules of arithmetic for single elements, shared by the CPU and the CUDA kernels.
#pragma once

#include "kernels/host_device.h"

namespace inkling {

// max(x, 0); NaN stays NaN.
template <class T>
INKLING_HOST_DEVICE T relu(T x) {
  return x <= T{0} ? T{0} : x;
}

// The gradient of ReLU's input from its result: 0 at 0.
template <class T>
INKLING_HOST_DEVICE T relu_gradient(T y, T dy) {
  return y > T{0} ? dy : T{0};
}

// A maximum and its index: the first of equals, and NaN above all, as in PyTorch.
template <class T>
struct RunningMax {
  T value;
  int argmax;

  INKLING_HOST_DEVICE void update(T next, int index) {
    const bool is_larger = !(next <= value) && value == value;
    value = is_larger ? next : value;
    argmax = is_larger ? index : argmax;
  }
};

}  // namespace inkling
