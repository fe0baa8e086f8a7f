// y += x, which sums a variable's gradients.
#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void accumulate(const Stream& stream, const Accumulate<T>& args) {
  parallel_for(*stream.pool, args.size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      args.y[i] = narrow<T>(widen(args.y[i]) + widen(args.x[i]));
    }
  });
}

INKLING_INSTANTIATE_CPU(accumulate);

}  // namespace inkling::cpu
