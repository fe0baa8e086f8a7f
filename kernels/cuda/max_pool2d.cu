// Max-pooling of square windows, without padding (RunningMax in kernels/pointwise.h).
//
//   thread  an element of y; in the gradient an element of x. Neighbors along the channels, so
//           accesses coalesce
//
// Bound: memory, x read once, y and argmax written once; after conv2 at batch 512 in bf16 it would
// read 103 MB and write 29 MB, and its gradient the other way round: 28 µs each of an H200's 4.8
// TB/s. LargerCNN's two pools run in their convolutions' epilogues.
//
// Test: script/test -R CudaKernels.MaxPool
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/pointwise.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void forward_kernel(MaxPool2dForward<T> args) {
  const Pool2dShape& s = args.shape;
  const Index size = s.batch * s.out_height() * s.out_width() * s.channels;
  for (Index i = first_element(); i < size; i += element_stride()) {
    const Index channel = i % s.channels;
    const Index ox = i / s.channels % s.out_width();
    const Index oy = i / s.channels / s.out_width() % s.out_height();
    const Index image = i / s.channels / s.out_width() / s.out_height();
    const T* window =
        args.x + ((image * s.in_height + oy * s.stride) * s.in_width + ox * s.stride) * s.channels +
        channel;
    RunningMax<float> max{to_float(*window), 0};
    for (Index k = 1; k < s.kernel * s.kernel; ++k) {
      max.update(to_float(window[(k / s.kernel * s.in_width + k % s.kernel) * s.channels]),
                 static_cast<int>(k));
    }
    store(args.y[i], max.value);
    args.argmax[i] = static_cast<std::uint8_t>(max.argmax);
  }
}

// Gathers instead of scattering, so that no two threads add to one element: each input element sums
// the gradients of the windows whose argmax it is, in order.
template <class T>
__global__ void backward_kernel(MaxPool2dBackward<T> args) {
  const Pool2dShape& s = args.shape;
  const Index size = s.batch * s.in_height * s.in_width * s.channels;
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
        const Index out =
            ((image * s.out_height() + oy) * s.out_width() + ox) * s.channels + channel;
        if (args.argmax[out] == (y - oy * s.stride) * s.kernel + x - ox * s.stride) {
          sum += to_float(args.dy[out]);
        }
      }
    }
    store(args.dx[i], sum);
  }
}

}  // namespace

template <class T>
void max_pool2d_forward(const Stream& stream, const MaxPool2dForward<T>& args) {
  const Context& context = context_of(stream);
  const Pool2dShape& s = args.shape;
  launch(forward_kernel<T>,
         elementwise_grid(context, s.batch * s.out_height() * s.out_width() * s.channels),
         context.stream, args);
}

template <class T>
void max_pool2d_backward(const Stream& stream, const MaxPool2dBackward<T>& args) {
  const Context& context = context_of(stream);
  const Pool2dShape& s = args.shape;
  launch(backward_kernel<T>,
         elementwise_grid(context, s.batch * s.in_height * s.in_width * s.channels), context.stream,
         args);
}

INKLING_INSTANTIATE_CUDA(max_pool2d_forward);
INKLING_INSTANTIATE_CUDA(max_pool2d_backward);

}  // namespace inkling::cuda
