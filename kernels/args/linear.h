// Arguments of the linear kernels.
#pragma once

#include "kernels/types.h"

namespace inkling {

struct LinearShape {
  Index batch = 0;
  Index in_features = 0;
  Index out_features = 0;
};

template <class T>
struct LinearForward {
  LinearShape shape;
  const T* x = nullptr;            // [batch, in_features]
  const T* weight = nullptr;       // [out_features, in_features]
  const Accum<T>* bias = nullptr;  // [out_features], may be null
  T* y = nullptr;                  // [batch, out_features]
};

template <class T>
struct LinearBackward {
  LinearShape shape;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* dy = nullptr;
  T* dx = nullptr;  // each of the three is written when it is not null
  Accum<T>* dweight = nullptr;
  Accum<T>* dbias = nullptr;
};

}  // namespace inkling
