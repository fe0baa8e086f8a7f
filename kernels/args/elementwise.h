// Arguments of elementwise kernels, and of changing the layout of images.
#pragma once

#include "kernels/types.h"

namespace inkling {

// y += x.
template <class T>
struct Accumulate {
  Index size = 0;
  const T* x = nullptr;
  T* y = nullptr;
};

// y = value.
template <class T>
struct Fill {
  Index size = 0;
  double value = 0;
  T* y = nullptr;
};

// y = max(x, 0); NaN stays NaN.
template <class T>
struct ReluForward {
  Index size = 0;
  const T* x = nullptr;
  T* y = nullptr;
};

// dx = dy where y > 0, else 0.
template <class T>
struct ReluBackward {
  Index size = 0;
  const T* y = nullptr;
  const T* dy = nullptr;
  T* dx = nullptr;
};

// Identifies a dropout mask: the same key gives the same mask on every device and after a resume.
// The step is read from device memory, so that each launch of a captured graph draws a new mask.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;
  const std::int32_t* step = nullptr;  // [1]
};

// y = x / (1 - p) where the mask keeps an element (with probability 1 - p), else 0. The gradient is
// the same kernel on dy.
template <class T>
struct Dropout {
  Index size = 0;
  double p = 0;
  DropoutKey key;
  const T* x = nullptr;
  T* y = nullptr;
};

// float32 → bfloat16, to nearest, ties to even.
struct CastToBfloat16 {
  Index size = 0;
  const float* x = nullptr;
  bfloat16* y = nullptr;
};

struct ImageShape {
  Index batch = 0;
  Index height = 0;
  Index width = 0;
  Index channels = 0;
};

// NHWC → NCHW, or the reverse.
template <class T>
struct ChangeLayout {
  ImageShape shape;
  const T* x = nullptr;
  T* y = nullptr;
};

}  // namespace inkling
