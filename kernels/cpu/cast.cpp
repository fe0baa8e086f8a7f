// float32 → bfloat16.
#include <algorithm>

#include "kernels/kernels.h"

namespace inkling::cpu {

void cast_to_bfloat16(const Stream&, Index size, const float* x, bfloat16* y) {
  std::transform(x, x + size, y, [](float value) { return inkling::to_bfloat16(value); });
}

}  // namespace inkling::cpu
