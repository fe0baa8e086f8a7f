// The numbers that kernels store, all computed with as float32.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/cuda/device.h"

namespace inkling::cuda {

__device__ inline void store(float& place, float value) { place = value; }
__device__ inline void store(bfloat16& place, float value) { place = to_bfloat16(value); }

}  // namespace inkling::cuda
