// y += x, which sums a variable's gradients.
#include "kernels/cpu/elementwise.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void accumulate(const Stream& stream, Index size, const T* x, T* y) {
  parallel_for(*stream.pool, size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      y[i] += x[i];
    }
  });
}

template void accumulate(const Stream&, Index, const float*, float*);
template void accumulate(const Stream&, Index, const double*, double*);

}  // namespace inkling::cpu
