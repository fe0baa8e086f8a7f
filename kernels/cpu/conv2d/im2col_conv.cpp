// One matrix product per image, of its im2col matrix.
//
// A batch is divided into at most kChunks chunks, whatever the number of threads, and the chunks'
// weight gradients are added in order, so sums do not depend on the number of threads. (They may
// differ between machines: Eigen blocks a product by the cache sizes that it finds.)
#include "kernels/cpu/conv2d/im2col_conv.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/conv2d/add_in_order.h"
#include "kernels/cpu/conv2d/im2col.h"
#include "kernels/cpu/conv2d/image_sizes.h"
#include "kernels/cpu/gemm.h"
#include "kernels/cpu/scratch.h"
#include "kernels/cpu/widen.h"
#include "kernels/pointwise.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

constexpr Index kChunks = 16;

enum Slot : int { kColumns, kFull, kImage, kResult, kGradient, kWeight };

Index chunk_size(Index batch) { return std::max<Index>(1, (batch + kChunks - 1) / kChunks); }

template <class T>
void add_bias(Index pixels, Index channels, const T* bias, T* y) {
  for (Index p = 0; p < pixels; ++p, y += channels) {
    for (Index c = 0; c < channels; ++c) {
      y[c] += bias[c];
    }
  }
}

template <class T>
void relu_in_place(Index size, T* y) {
  for (Index i = 0; i < size; ++i) {
    y[i] = relu(y[i]);
  }
}

// ReLU and max-pooling commute: after the pool, ReLU has a quarter of the elements.
template <class T>
void max_pool_relu(const Conv2dShape& s, const T* full, T* y, std::uint8_t* packed_argmax) {
  const Index channels = s.out_channels;
  if (packed_argmax != nullptr) {
    const Index windows = (s.out_height() / 2) * (s.out_width() / 2);
    std::fill_n(packed_argmax, windows * packed_argmax_bytes(channels), std::uint8_t{0});
  }
  const Index row = s.out_width() * channels;
  for (Index py = 0; py < s.out_height() / 2; ++py) {
    for (Index px = 0; px < s.out_width() / 2; ++px) {
      const T* top = full + 2 * py * row + 2 * px * channels;
      const T* window[4] = {top, top + channels, top + row, top + row + channels};
      for (Index c = 0; c < channels; ++c) {
        RunningMax<T> max{window[0][c], 0};
        for (int k = 1; k < 4; ++k) {
          max.update(window[k][c], k);
        }
        y[c] = relu(max.value);
        if (packed_argmax != nullptr) {
          packed_argmax[c / 4] |= static_cast<std::uint8_t>(max.argmax << 2 * (c % 4));
        }
      }
      y += channels;
      packed_argmax =
          packed_argmax != nullptr ? packed_argmax + packed_argmax_bytes(channels) : nullptr;
    }
  }
}

// `weight` is the arguments', as it is multiplied.
template <class T>
void forward_image(const Conv2dForward<T>& args, const Accum<T>* weight, const ImageSizes& sizes,
                   Index image) {
  using A = Accum<T>;
  const Conv2dShape& s = args.shape;
  const Narrowed<kResult, T> result(args.y + image * sizes.pooled, sizes.pooled);
  A* const y = result.data();
  A* full = args.epilogue == Epilogue::relu_pool ? scratch<A, kFull>(sizes.output) : y;
  A* columns = scratch<A, kColumns>(sizes.pixels * s.patch());
  im2col(s, widened<kImage>(args.x + image * sizes.input, sizes.input), columns);
  gemm({.m = sizes.pixels,
        .n = s.out_channels,
        .k = s.patch(),
        .a = columns,
        .a_stride = s.patch(),
        .b = weight,
        .b_stride = s.out_channels,
        .c = full,
        .c_stride = s.out_channels});
  if (args.bias != nullptr) {
    add_bias(sizes.pixels, s.out_channels, args.bias, full);
  }
  if (args.epilogue == Epilogue::relu) {
    relu_in_place(sizes.output, y);
  } else if (args.epilogue == Epilogue::relu_pool) {
    max_pool_relu(s, full, y,
                  args.argmax != nullptr ? args.argmax + image * sizes.argmax : nullptr);
  }
  result.store();
}

// The gradient of the convolution's own result, before its epilogue; dy itself without one.
template <class T>
const Accum<T>* epilogue_backward(const Conv2dBackward<T>& args, const ImageSizes& sizes,
                                  Index image) {
  using A = Accum<T>;
  const Conv2dShape& s = args.shape;
  const A* dy = widened<kGradient>(args.dy + image * sizes.pooled, sizes.pooled);
  if (args.epilogue == Epilogue::none) {
    return dy;
  }
  const A* y = widened<kResult>(args.y + image * sizes.pooled, sizes.pooled);
  A* const full = scratch<A, kFull>(sizes.output);
  if (args.epilogue == Epilogue::relu) {
    for (Index i = 0; i < sizes.output; ++i) {
      full[i] = relu_gradient(y[i], dy[i]);
    }
    return full;
  }
  const std::uint8_t* packed_argmax = args.argmax + image * sizes.argmax;
  const Index channels = s.out_channels;
  const Index row = s.out_width() * channels;
  std::fill_n(full, sizes.output, A{0});
  for (Index py = 0; py < s.out_height() / 2; ++py) {
    for (Index px = 0; px < s.out_width() / 2; ++px) {
      A* top = full + 2 * py * row + 2 * px * channels;
      for (Index c = 0; c < channels; ++c, ++y, ++dy) {
        const A gradient = relu_gradient(*y, *dy);
        const int argmax = unpack_argmax(packed_argmax, 0, channels, c);
        top[c] = argmax == 0 ? gradient : A{0};
        top[channels + c] = argmax == 1 ? gradient : A{0};
        top[row + c] = argmax == 2 ? gradient : A{0};
        top[row + channels + c] = argmax == 3 ? gradient : A{0};
      }
      packed_argmax += packed_argmax_bytes(channels);
    }
  }
  return full;
}

template <class T>
void backward_image(const Conv2dBackward<T>& args, const Accum<T>* weight, const ImageSizes& sizes,
                    Index image, Accum<T>* dweight, Accum<T>* dbias) {
  using A = Accum<T>;
  const Conv2dShape& s = args.shape;
  const A* dfull = epilogue_backward(args, sizes, image);
  A* columns = scratch<A, kColumns>(sizes.pixels * s.patch());
  if (dweight != nullptr) {
    im2col(s, widened<kImage>(args.x + image * sizes.input, sizes.input), columns);
    gemm({.m = s.patch(),
          .n = s.out_channels,
          .k = sizes.pixels,
          .a = columns,
          .a_transposed = true,
          .a_stride = s.patch(),
          .b = dfull,
          .b_stride = s.out_channels,
          .c = dweight,
          .c_stride = s.out_channels,
          .accumulate = true});
  }
  if (dbias != nullptr) {
    for (Index p = 0; p < sizes.pixels; ++p) {
      for (Index c = 0; c < s.out_channels; ++c) {
        dbias[c] += dfull[p * s.out_channels + c];
      }
    }
  }
  if (args.dx != nullptr) {
    gemm({.m = sizes.pixels,
          .n = s.patch(),
          .k = s.out_channels,
          .a = dfull,
          .a_stride = s.out_channels,
          .b = weight,
          .b_transposed = true,
          .b_stride = s.out_channels,
          .c = columns,
          .c_stride = s.patch()});
    const Narrowed<kImage, T> dx(args.dx + image * sizes.input, sizes.input);
    col2im(s, columns, dx.data());
    dx.store();
  }
}

}  // namespace

template <class T>
void im2col_forward(const Stream& stream, const Conv2dForward<T>& args) {
  const ImageSizes sizes(args.shape, args.epilogue);
  const Accum<T>* const weight =
      widened<kWeight>(args.weight, args.shape.patch() * args.shape.out_channels);
  parallel_for(*stream.pool, args.shape.batch, chunk_size(args.shape.batch),
               [&](Index begin, Index end) {
                 for (Index image = begin; image < end; ++image) {
                   forward_image(args, weight, sizes, image);
                 }
               });
}

template <class T>
void im2col_backward(const Stream& stream, const Conv2dBackward<T>& args) {
  using A = Accum<T>;
  const Conv2dShape& s = args.shape;
  const ImageSizes sizes(s, args.epilogue);
  const Index grain = chunk_size(s.batch);
  const Index chunks = (s.batch + grain - 1) / grain;
  const Index weight_size = s.patch() * s.out_channels;
  const A* const weight = widened<kWeight>(args.weight, weight_size);
  std::vector<A> weight_partials(
      args.dweight != nullptr ? static_cast<std::size_t>(chunks * weight_size) : 0);
  std::vector<A> bias_partials(
      args.dbias != nullptr ? static_cast<std::size_t>(chunks * s.out_channels) : 0);
  parallel_for(*stream.pool, s.batch, grain, [&](Index begin, Index end) {
    const Index chunk = begin / grain;
    A* dweight = args.dweight != nullptr ? weight_partials.data() + chunk * weight_size : nullptr;
    A* dbias = args.dbias != nullptr ? bias_partials.data() + chunk * s.out_channels : nullptr;
    for (Index image = begin; image < end; ++image) {
      backward_image(args, weight, sizes, image, dweight, dbias);
    }
  });
  if (args.dweight != nullptr) {
    add_in_order(*stream.pool, chunks, weight_size, weight_partials.data(), args.dweight);
  }
  if (args.dbias != nullptr) {
    add_in_order(*stream.pool, chunks, s.out_channels, bias_partials.data(), args.dbias);
  }
}

template void im2col_forward(const Stream&, const Conv2dForward<float>&);
template void im2col_forward(const Stream&, const Conv2dForward<double>&);
template void im2col_forward(const Stream&, const Conv2dForward<bfloat16>&);
template void im2col_backward(const Stream&, const Conv2dBackward<float>&);
template void im2col_backward(const Stream&, const Conv2dBackward<double>&);
template void im2col_backward(const Stream&, const Conv2dBackward<bfloat16>&);

}  // namespace inkling::cpu
