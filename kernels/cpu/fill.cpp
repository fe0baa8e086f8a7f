// y = value.
#include <algorithm>

#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void fill(const Stream& stream, const Fill<T>& args) {
  parallel_for(*stream.pool, args.size, kElementGrain, [&](Index begin, Index end) {
    std::fill(args.y + begin, args.y + end, narrow<T>(static_cast<Accum<T>>(args.value)));
  });
}

INKLING_INSTANTIATE_CPU(fill);

}  // namespace inkling::cpu
