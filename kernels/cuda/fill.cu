// y = value.
//
//   thread  an element, in a grid-stride loop
//
// Bound: memory, one write per element. The gradient of a loss is a single number: launch latency.
//
// Test: script/test -R CudaKernels.Fill
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void fill_kernel(Fill<T> args) {
  for (Index i = first_element(); i < args.size; i += element_stride()) {
    store(args.y[i], static_cast<float>(args.value));
  }
}

}  // namespace

template <class T>
void fill(const Stream& stream, const Fill<T>& args) {
  const Context& context = context_of(stream);
  launch(fill_kernel<T>, elementwise_grid(context, args.size), context.stream, args);
}

INKLING_INSTANTIATE_CUDA(fill);

}  // namespace inkling::cuda
