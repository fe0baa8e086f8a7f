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
#include "kernels/cuda/pool2d.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void forward_kernel(AvgPool2dForward<T> args) {
  const Pool2dShape& s = args.shape;
  const Index size = s.batch * s.out_height() * s.out_width() * s.channels;
  const float share = 1.0F / static_cast<float>(s.kernel * s.kernel);
  for (Index i = first_element(); i < size; i += element_stride()) {
    const T* window =
        args.x + window_offset(s, image_element(i, s.out_height(), s.out_width(), s.channels));
    float sum = 0;
    for (Index k = 0; k < s.kernel * s.kernel; ++k) {
      sum += to_float(window[(k / s.kernel * s.in_width + k % s.kernel) * s.channels]);
    }
    store(args.y[i], sum * share);
  }
}

template <class T>
__global__ void backward_kernel(AvgPool2dBackward<T> args) {
  const Pool2dShape& s = args.shape;
  const Index size = s.batch * s.in_height * s.in_width * s.channels;
  const float share = 1.0F / static_cast<float>(s.kernel * s.kernel);
  for (Index i = first_element(); i < size; i += element_stride()) {
    float sum = 0;
    for_each_window(s, image_element(i, s.in_height, s.in_width, s.channels),
                    [&](Index result, Index) { sum += to_float(args.dy[result]); });
    store(args.dx[i], sum * share);
  }
}

}  // namespace

template <class T>
void avg_pool2d_forward(const Stream& stream, const AvgPool2dForward<T>& args) {
  const Context& context = context_of(stream);
  launch(forward_kernel<T>, result_grid(context, args.shape), context.stream, args);
}

template <class T>
void avg_pool2d_backward(const Stream& stream, const AvgPool2dBackward<T>& args) {
  const Context& context = context_of(stream);
  launch(backward_kernel<T>, input_grid(context, args.shape), context.stream, args);
}

INKLING_INSTANTIATE_CUDA(avg_pool2d_forward);
INKLING_INSTANTIATE_CUDA(avg_pool2d_backward);

}  // namespace inkling::cuda
