// float32 → bfloat16.
#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/simd/convert.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

void cast_to_bfloat16(const Stream& stream, const CastToBfloat16& args) {
  parallel_for(*stream.pool, args.size, kElementGrain, [&](Index begin, Index end) {
    simd::convert(end - begin, args.x + begin, args.y + begin);
  });
}

}  // namespace inkling::cpu
