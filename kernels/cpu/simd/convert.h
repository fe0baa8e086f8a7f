// bf16 ⇄ float32, to nearest, ties to even, at every level of the processor. Thread-safe.
#pragma once

#include "kernels/types.h"

namespace inkling::cpu::simd {

void convert(Index size, const bfloat16* from, float* to);
void convert(Index size, const float* from, bfloat16* to);

}  // namespace inkling::cpu::simd
