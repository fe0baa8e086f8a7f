// How many elements one chunk of an element-wise kernel takes.
#pragma once

#include "kernels/arguments.h"

namespace inkling::cpu {

inline constexpr Index kElementGrain = 32768;

}  // namespace inkling::cpu
