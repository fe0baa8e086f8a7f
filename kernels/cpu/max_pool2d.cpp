// Max-pooling of square windows, without padding (RunningMax in kernels/pointwise.h).
#include <algorithm>

#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/pointwise.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void max_pool2d_forward(const Stream& stream, const MaxPool2dForward<T>& args) {
  const Pool2dShape& s = args.shape;
  const Index row = s.in_width * s.channels;
  parallel_for(*stream.pool, s.batch * s.out_height(), 8, [&](Index begin, Index end) {
    for (Index out_row = begin; out_row < end; ++out_row) {
      const T* x =
          args.x +
          (out_row / s.out_height() * s.in_height + out_row % s.out_height() * s.stride) * row;
      Index out = out_row * s.out_width() * s.channels;
      for (Index ox = 0; ox < s.out_width(); ++ox) {
        for (Index c = 0; c < s.channels; ++c, ++out) {
          const T* window = x + ox * s.stride * s.channels + c;
          RunningMax<Accum<T>> max{widen(*window), 0};
          for (Index k = 1; k < s.kernel * s.kernel; ++k) {
            max.update(widen(window[k / s.kernel * row + k % s.kernel * s.channels]),
                       static_cast<int>(k));
          }
          args.y[out] = narrow<T>(max.value);
          args.argmax[out] = static_cast<std::uint8_t>(max.argmax);
        }
      }
    }
  });
}

template <class T>
void max_pool2d_backward(const Stream& stream, const MaxPool2dBackward<T>& args) {
  const Pool2dShape& s = args.shape;
  const Index in_size = s.in_height * s.in_width * s.channels;
  const Index out_size = s.out_height() * s.out_width() * s.channels;
  // Windows may overlap within an image, never across images.
  parallel_for(*stream.pool, s.batch, 1, [&](Index image, Index) {
    const Narrowed<0, T> result(args.dx + image * in_size, in_size);
    Accum<T>* const dx = result.data();
    std::fill_n(dx, in_size, Accum<T>{0});
    for (Index i = 0; i < out_size; ++i) {
      const Index out = image * out_size + i;
      const Index k = args.argmax[out];
      const Index pixel = i / s.channels;
      const Index y = pixel / s.out_width() * s.stride + k / s.kernel;
      const Index x = pixel % s.out_width() * s.stride + k % s.kernel;
      dx[(y * s.in_width + x) * s.channels + i % s.channels] += widen(args.dy[out]);
    }
    result.store();
  });
}

INKLING_INSTANTIATE_CPU(max_pool2d_forward);
INKLING_INSTANTIATE_CPU(max_pool2d_backward);

}  // namespace inkling::cpu
