// Adam: in float32 by the vectors of the processor's level. The update is bound by bandwidth only
// where square roots come a vector at a time.
#include "kernels/cpu/simd/adam.h"

#include "kernels/cpu/adam_elements.h"
#include "kernels/cpu/elementwise.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void adam_update(const Stream& stream, const AdamUpdate<T>& args) {
  for (const AdamTensor<T>& tensor : args.tensors) {
    parallel_for(*stream.pool, tensor.size, kElementGrain, [&](Index begin, Index end) {
      if constexpr (std::is_same_v<T, float>) {
        simd::adam(tensor, args.options, *args.coefficients, begin, end);
      } else {
        update_elements(tensor, args.options, *args.coefficients, begin, end);
      }
    });
  }
}

INKLING_INSTANTIATE(adam_update, float);
INKLING_INSTANTIATE(adam_update, double);

}  // namespace inkling::cpu
