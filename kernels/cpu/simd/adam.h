// Adam's update of a tensor's elements [begin, end), in float32. Thread-safe.
#pragma once

#include "kernels/args/adam.h"

namespace inkling::cpu::simd {

void adam(const AdamTensor<float>& tensor, const AdamOptions& options,
          const AdamCoefficients<float>& coefficients, Index begin, Index end);

}  // namespace inkling::cpu::simd
