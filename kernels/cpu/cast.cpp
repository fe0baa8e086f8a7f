// float32 → bfloat16.
#include <algorithm>

#include "kernels/kernels.h"

namespace inkling::cpu {

void cast_to_bfloat16(const Stream&, const CastToBfloat16& args) {
  std::transform(args.x, args.x + args.size, args.y,
                 [](float value) { return inkling::to_bfloat16(value); });
}

}  // namespace inkling::cpu
