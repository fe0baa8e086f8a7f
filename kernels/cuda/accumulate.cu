// y += x, which sums a variable's gradients. Bound: memory, two reads and one write per element.
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void accumulate_kernel(Accumulate<T> args) {
  for (Index i = first_element(); i < args.size; i += element_stride()) {
    store(args.y[i], to_float(args.y[i]) + to_float(args.x[i]));
  }
}

}  // namespace

template <class T>
void accumulate(const Stream& stream, const Accumulate<T>& args) {
  const Context& context = context_of(stream);
  launch(accumulate_kernel<T>, elementwise_grid(context, args.size), context.stream, args);
}

INKLING_INSTANTIATE_CUDA(accumulate);

}  // namespace inkling::cuda
