// What the pooling kernels share: which element a thread has, and which windows hold a pixel.
#pragma once

#include "kernels/args/pool2d.h"
#include "kernels/cuda/runtime/context.h"

namespace inkling::cuda {

// An element of images [batch, height, width, channels].
struct ImageElement {
  Index image;
  Index y;
  Index x;
  Index channel;
};

__device__ inline ImageElement image_element(Index i, Index height, Index width, Index channels) {
  return {i / channels / width / height, i / channels / width % height, i / channels % width,
          i % channels};
}

// Of the input that a result's window begins with.
__device__ inline Index window_offset(const Pool2dShape& s, const ImageElement& result) {
  return ((result.image * s.in_height + result.y * s.stride) * s.in_width + result.x * s.stride) *
             s.channels +
         result.channel;
}

// Calls visit(result, k) for each window that holds an input element, in order: the offset of its
// result, and the element's row-major index in it. Gathering instead of scattering, so that no two
// threads add to one gradient.
template <class Visit>
__device__ void for_each_window(const Pool2dShape& s, const ImageElement& input,
                                const Visit& visit) {
  const Index first_oy = input.y < s.kernel ? 0 : (input.y - s.kernel) / s.stride + 1;
  const Index first_ox = input.x < s.kernel ? 0 : (input.x - s.kernel) / s.stride + 1;
  for (Index oy = first_oy; oy * s.stride <= input.y && oy < s.out_height(); ++oy) {
    for (Index ox = first_ox; ox * s.stride <= input.x && ox < s.out_width(); ++ox) {
      visit(((input.image * s.out_height() + oy) * s.out_width() + ox) * s.channels + input.channel,
            (input.y - oy * s.stride) * s.kernel + input.x - ox * s.stride);
    }
  }
}

// A thread for each element of the result, or of the input.
inline Grid result_grid(const Context& context, const Pool2dShape& s) {
  return elementwise_grid(context, s.batch * s.out_height() * s.out_width() * s.channels);
}
inline Grid input_grid(const Context& context, const Pool2dShape& s) {
  return elementwise_grid(context, s.batch * s.in_height * s.in_width * s.channels);
}

}  // namespace inkling::cuda
