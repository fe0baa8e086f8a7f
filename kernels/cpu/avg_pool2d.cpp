// Average pooling of square windows, without padding.
#include <algorithm>

#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void avg_pool2d_forward(const Stream& stream, const AvgPool2dForward<T>& args) {
  const Pool2dShape& s = args.shape;
  const Index row = s.in_width * s.channels;
  const Accum<T> share = Accum<T>{1} / static_cast<Accum<T>>(s.kernel * s.kernel);
  parallel_for(*stream.pool, s.batch * s.out_height(), 8, [&](Index begin, Index end) {
    for (Index out_row = begin; out_row < end; ++out_row) {
      const T* x =
          args.x +
          (out_row / s.out_height() * s.in_height + out_row % s.out_height() * s.stride) * row;
      T* y = args.y + out_row * s.out_width() * s.channels;
      for (Index ox = 0; ox < s.out_width(); ++ox) {
        for (Index c = 0; c < s.channels; ++c) {
          const T* window = x + ox * s.stride * s.channels + c;
          Accum<T> sum = 0;
          for (Index k = 0; k < s.kernel * s.kernel; ++k) {
            sum += widen(window[k / s.kernel * row + k % s.kernel * s.channels]);
          }
          *y++ = narrow<T>(sum * share);
        }
      }
    }
  });
}

template <class T>
void avg_pool2d_backward(const Stream& stream, const AvgPool2dBackward<T>& args) {
  const Pool2dShape& s = args.shape;
  const Index in_size = s.in_height * s.in_width * s.channels;
  const Index out_size = s.out_height() * s.out_width() * s.channels;
  const Accum<T> share = Accum<T>{1} / static_cast<Accum<T>>(s.kernel * s.kernel);
  // Windows may overlap within an image, never across images.
  parallel_for(*stream.pool, s.batch, 1, [&](Index image, Index) {
    const Narrowed<0, T> result(args.dx + image * in_size, in_size);
    Accum<T>* const dx = result.data();
    std::fill_n(dx, in_size, Accum<T>{0});
    for (Index i = 0; i < out_size; ++i) {
      const Index pixel = i / s.channels;
      const Index y = pixel / s.out_width() * s.stride;
      const Index x = pixel % s.out_width() * s.stride;
      Accum<T>* window = dx + (y * s.in_width + x) * s.channels + i % s.channels;
      const Accum<T> gradient = widen(args.dy[image * out_size + i]) * share;
      for (Index k = 0; k < s.kernel * s.kernel; ++k) {
        window[(k / s.kernel * s.in_width + k % s.kernel) * s.channels] += gradient;
      }
    }
    result.store();
  });
}

INKLING_INSTANTIATE_CPU(avg_pool2d_forward);
INKLING_INSTANTIATE_CPU(avg_pool2d_backward);

}  // namespace inkling::cpu
