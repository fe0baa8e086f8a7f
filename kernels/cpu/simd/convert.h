// bf16 ⇄ float32, to nearest, ties to even, and pairs of bf16, at every level of the processor.
// Thread-safe.
#pragma once

#include "kernels/types.h"

namespace inkling::cpu::simd {

void convert(Index size, const bfloat16* from, float* to);
void convert(Index size, const float* from, bfloat16* to);

// to[2 i] = a[i], to[2 i + 1] = b[i].
void interleave(Index size, const bfloat16* a, const bfloat16* b, bfloat16* to);

}  // namespace inkling::cpu::simd
