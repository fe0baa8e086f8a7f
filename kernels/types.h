// Index and accumulation types of the kernels.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace inkling {

using Index = std::int64_t;

// The accumulation type: float for bfloat16, else T. Biases, parameter gradients, probabilities and
// losses have it.
template <class T>
struct AccumOf {
  using type = T;
};
template <>
struct AccumOf<bfloat16> {
  using type = float;
};
template <class T>
using Accum = typename AccumOf<T>::type;

}  // namespace inkling
