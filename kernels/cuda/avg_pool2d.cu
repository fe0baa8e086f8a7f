// Average pooling of square windows, without padding.
//
//   y[oy, ox, c] = 1/k² Σ x[oy·stride + i, ox·stride + j, c],  i, j < k
//
//   thread  an element of y; in the gradient an element of x. Neighbors along the channels, so
//           accesses coalesce
//
// Bound: memory, where windows do not overlap: x read once, y written once, and the other way round
// in the gradient. 2×2 after conv2 of LargerCNN at batch 512 in bf16: 103 MB and 26 MB, 27 µs each
// of an H200's 4.8 TB/s.
//
// Test: script/test -R DeviceCheck
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void forward_kernel(AvgPool2dForward<T> args) {
  const Pool2dShape& s = args.shape;
  const Index size = s.batch * s.out_height() * s.out_width() * s.channels;
  const float share = 1.0F / static_cast<float>(s.kernel * s.kernel);
  for (Index i = first_element(); i < size; i += element_stride()) {
    const Index channel = i % s.channels;
    const Index ox = i / s.channels % s.out_width();
    const Index oy = i / s.channels / s.out_width() % s.out_height();
    const Index image = i / s.channels / s.out_width() / s.out_height();
    const T* window =
        args.x + ((image * s.in_height + oy * s.stride) * s.in_width + ox * s.stride) * s.channels +
        channel;
    float sum = 0;
    for (Index k = 0; k < s.kernel * s.kernel; ++k) {
      sum += to_float(window[(k / s.kernel * s.in_width + k % s.kernel) * s.channels]);
    }
    store(args.y[i], sum * share);
  }
}

// Gathers instead of scattering, so that no two threads add to one element: each input element sums
// the gradients of the windows that hold it, in order.
template <class T>
__global__ void backward_kernel(AvgPool2dBackward<T> args) {
  const Pool2dShape& s = args.shape;
  const Index size = s.batch * s.in_height * s.in_width * s.channels;
  const float share = 1.0F / static_cast<float>(s.kernel * s.kernel);
  for (Index i = first_element(); i < size; i += element_stride()) {
    const Index channel = i % s.channels;
    const Index x = i / s.channels % s.in_width;
    const Index y = i / s.channels / s.in_width % s.in_height;
    const Index image = i / s.channels / s.in_width / s.in_height;
    const Index first_oy = y < s.kernel ? 0 : (y - s.kernel) / s.stride + 1;
    const Index first_ox = x < s.kernel ? 0 : (x - s.kernel) / s.stride + 1;
    float sum = 0;
    for (Index oy = first_oy; oy * s.stride <= y && oy < s.out_height(); ++oy) {
      for (Index ox = first_ox; ox * s.stride <= x && ox < s.out_width(); ++ox) {
        sum += to_float(
            args.dy[((image * s.out_height() + oy) * s.out_width() + ox) * s.channels + channel]);
      }
    }
    store(args.dx[i], sum * share);
  }
}

}  // namespace

template <class T>
void avg_pool2d_forward(const Stream& stream, const AvgPool2dForward<T>& args) {
  const Context& context = context_of(stream);
  const Pool2dShape& s = args.shape;
  launch(forward_kernel<T>,
         elementwise_grid(context, s.batch * s.out_height() * s.out_width() * s.channels),
         context.stream, args);
}

template <class T>
void avg_pool2d_backward(const Stream& stream, const AvgPool2dBackward<T>& args) {
  const Context& context = context_of(stream);
  const Pool2dShape& s = args.shape;
  launch(backward_kernel<T>,
         elementwise_grid(context, s.batch * s.in_height * s.in_width * s.channels), context.stream,
         args);
}

INKLING_INSTANTIATE_CUDA(avg_pool2d_forward);
INKLING_INSTANTIATE_CUDA(avg_pool2d_backward);

}  // namespace inkling::cuda
