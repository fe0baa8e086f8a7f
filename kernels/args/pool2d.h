// Arguments of the pooling kernels.
#pragma once

#include "kernels/types.h"

namespace inkling {

// So that an argmax fits a byte.
inline constexpr Index kMaxPoolKernel = 16;

struct Pool2dShape {
  Index batch = 0;
  Index in_height = 0;
  Index in_width = 0;
  Index channels = 0;
  Index kernel = 0;  // square, at most kMaxPoolKernel
  Index stride = 0;

  constexpr Index out_height() const { return (in_height - kernel) / stride + 1; }
  constexpr Index out_width() const { return (in_width - kernel) / stride + 1; }
};

template <class T>
struct MaxPool2dForward {
  Pool2dShape shape;
  const T* x = nullptr;            // [batch, in_height, in_width, channels]
  T* y = nullptr;                  // [batch, out_height, out_width, channels]
  std::uint8_t* argmax = nullptr;  // as y: row-major index in the window, first of equals
};

template <class T>
struct MaxPool2dBackward {
  Pool2dShape shape;
  const std::uint8_t* argmax = nullptr;
  const T* dy = nullptr;
  T* dx = nullptr;
};

// The mean of each window.
template <class T>
struct AvgPool2dForward {
  Pool2dShape shape;
  const T* x = nullptr;  // [batch, in_height, in_width, channels]
  T* y = nullptr;        // [batch, out_height, out_width, channels]
};

template <class T>
struct AvgPool2dBackward {
  Pool2dShape shape;
  const T* dy = nullptr;
  T* dx = nullptr;
};

}  // namespace inkling
