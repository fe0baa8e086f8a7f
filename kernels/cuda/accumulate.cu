// y += x, which sums a variable's gradients. Bound: memory, two reads and one write per element.
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void accumulate_kernel(Index size, const T* x, T* y) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    store(y[i], to_float(y[i]) + to_float(x[i]));
  }
}

}  // namespace

template <class T>
void accumulate(const Stream& stream, Index size, const T* x, T* y) {
  const Context& context = context_of(stream);
  launch(accumulate_kernel<T>, elementwise_grid(context, size), context.stream, size, x, y);
}

template void accumulate(const Stream&, Index, const float*, float*);
template void accumulate(const Stream&, Index, const bfloat16*, bfloat16*);

}  // namespace inkling::cuda
