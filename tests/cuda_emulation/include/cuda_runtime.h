// In place of CUDA's <cuda_runtime.h> where kernels are compiled for the CPU: what of CUDA's C++
// they use, and nothing more, so that a kernel which needs something new says so by not compiling.
// The emulation behind it is in tests/cuda_emulation.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/cuda_emulation/types.h"

// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier): CUDA's own names.
#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)

// The thread that runs, and the sizes of its launch.
extern uint3 threadIdx;
extern uint3 blockIdx;
extern dim3 blockDim;
extern dim3 gridDim;
// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier)

#include "tests/cuda_emulation/block_calls.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/runtime.h"
