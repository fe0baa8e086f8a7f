// ReLU and its gradient.
//
//   thread  an element, in a grid-stride loop
//
// Bound: memory, one read (two for the gradient) and one write per element: 64 × 64 × 28 × 28
// activations in float32 (12.8 MB read, as much written) take 5.4 µs of an H200's 4.8 TB/s.
// LargerCNN's ReLUs after convolutions run in their epilogues.
//
// Test: script/test -R CudaKernels.Relu. Time: bench-kernels (script/gpu).
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/pointwise.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void forward_kernel(ReluForward<T> args) {
  for (Index i = first_element(); i < args.size; i += element_stride()) {
    store(args.y[i], relu(to_float(args.x[i])));
  }
}

template <class T>
__global__ void backward_kernel(ReluBackward<T> args) {
  for (Index i = first_element(); i < args.size; i += element_stride()) {
    store(args.dx[i], relu_gradient(to_float(args.y[i]), to_float(args.dy[i])));
  }
}

}  // namespace

template <class T>
void relu_forward(const Stream& stream, const ReluForward<T>& args) {
  const Context& context = context_of(stream);
  launch(forward_kernel<T>, elementwise_grid(context, args.size), context.stream, args);
}

template <class T>
void relu_backward(const Stream& stream, const ReluBackward<T>& args) {
  const Context& context = context_of(stream);
  launch(backward_kernel<T>, elementwise_grid(context, args.size), context.stream, args);
}

INKLING_INSTANTIATE_CUDA(relu_forward);
INKLING_INSTANTIATE_CUDA(relu_backward);

}  // namespace inkling::cuda
