// float32 → bfloat16: a step's copy of the weights.
//
//   thread  an element, in a grid-stride loop
//
// Bound: memory, 6 bytes per element; LargerCNN's 6.9 million weights are 42 MB, 9 µs of an H200's
// 4.8 TB/s.
//
// Test: script/test -R CudaKernels.Rounds. Time: bench-kernels (script/gpu).
#include "kernels/cuda/runtime/context.h"

namespace inkling::cuda {
namespace {

// Unrolled for eight loads in flight per thread: with one, memory idles.
__global__ void cast_kernel(Index size, const float* __restrict__ x, bfloat16* __restrict__ y) {
#pragma unroll 8
  for (Index i = first_element(); i < size; i += element_stride()) {
    y[i] = to_bfloat16(x[i]);
  }
}

}  // namespace

void cast_to_bfloat16(const Stream& stream, const CastToBfloat16& args) {
  const Context& context = context_of(stream);
  launch(cast_kernel, elementwise_grid(context, args.size), context.stream, args.size, args.x,
         args.y);
}

}  // namespace inkling::cuda
