// The chunk size of elementwise kernels.
#pragma once

#include "kernels/types.h"

namespace inkling::cpu {

inline constexpr Index kElementGrain = 32768;

}  // namespace inkling::cpu
