// Kernels that throw, for element types that a device lacks. A stub file defines unavailable() in
// its device's namespace, then uses these macros there.
#pragma once

#include "kernels/kernels.h"

#define INKLING_STUB_TEMPLATE(name, Args)    \
  template <class T>                         \
  void name(const Stream&, const Args<T>&) { \
    unavailable();                           \
  }
#define INKLING_STUB_FUNCTION(name, Args) \
  void name(const Stream&, const Args&) { unavailable(); }

#define INKLING_INSTANTIATE_FLOAT(name, Args) INKLING_INSTANTIATE(name, float);
#define INKLING_INSTANTIATE_DOUBLE(name, Args) INKLING_INSTANTIATE(name, double);
#define INKLING_INSTANTIATE_BFLOAT16(name, Args) INKLING_INSTANTIATE(name, bfloat16);
