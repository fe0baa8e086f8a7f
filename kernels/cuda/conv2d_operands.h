// A convolution and its gradients as matrix products: where each element of an operand comes from.
// No patch is ever written to memory (implicit GEMM; Chetlur et al. 2014, "cuDNN: Efficient
// Primitives for Deep Learning").
//
//   forward          y[pixel, out]    = Σ over tap, in    x[pixel + tap, in]   · w[tap, in, out]
//   data gradient    dx[pixel, in]    = Σ over tap, out   dy[pixel - tap, out] · w[tap, in, out]
//   weight gradient  dw[tap, in, out] = Σ over pixels     x[pixel + tap, in]   · dy[pixel, out]
#pragma once

#include "kernels/cuda/divisor.h"
#include "kernels/cuda/gemm.h"

namespace inkling::cuda {

// A pixel of an image.
struct Pixel {
  int image;
  int y;
  int x;
};

// Height and width of images, for the pixel that an index stands for.
struct PixelGrid {
  int height;
  int width;
  Divisor by_pixels;
  Divisor by_width;

  PixelGrid(Index of_height, Index of_width)
      : height(static_cast<int>(of_height)),
        width(static_cast<int>(of_width)),
        by_pixels(std::max(1, height * width)),
        by_width(std::max(1, width)) {}

  __device__ Pixel at(int index) const {
    const int image = by_pixels.quotient(index);
    const int pixel = by_pixels.remainder(index, image);
    const int y = by_width.quotient(pixel);
    return {image, y, by_width.remainder(pixel, y)};
  }
  __device__ bool contains(int y, int x) const {
    return static_cast<unsigned>(y) < static_cast<unsigned>(height) &&
           static_cast<unsigned>(x) < static_cast<unsigned>(width);
  }
  // Also of a pixel outside of its image, to reckon on with.
  __device__ int index_of(const Pixel& pixel) const {
    return (pixel.image * height + pixel.y) * width + pixel.x;
  }
};

// Conv2dShape in 32 bits, with what its indices are divided by.
struct ConvShape {
  explicit ConvShape(const Conv2dShape& s)
      : in(s.in_height, s.in_width),
        out(s.out_height(), s.out_width()),
        in_channels(static_cast<int>(s.in_channels)),
        out_channels(static_cast<int>(s.out_channels)),
        kernel(static_cast<int>(s.kernel)),
        stride(static_cast<int>(s.stride)),
        padding(static_cast<int>(s.padding)),
        by_in_channels(in_channels),
        by_out_channels(out_channels),
        by_kernel(kernel),
        by_stride(stride) {}

  PixelGrid in;
  PixelGrid out;
  int in_channels, out_channels;
  int kernel, stride, padding;
  Divisor by_in_channels, by_out_channels, by_kernel, by_stride;
};

// Tap (y, x) of the kernel, and a channel.
struct Tap {
  int y;
  int x;
  int channel;
};

__device__ inline Tap tap_of(int index, const Divisor& by_channels, const Divisor& by_kernel) {
  const int tap = by_channels.quotient(index);
  const int y = by_kernel.quotient(tap);
  return {y, by_kernel.remainder(tap, y), by_channels.remainder(index, tap)};
}

// Rows of the forward product. When pooled, a window's four pixels are `Spread` rows apart, so that
// one thread of the product's kernel holds them all: windows w … w + Spread - 1 are rows 4 w … 4 w
// + 4 Spread - 1. An odd last row or column has no window and is left out; rows of windows beyond
// the last repeat it, and are not stored.
template <int Spread>
struct OutputPixels {
  PixelGrid places;  // windows, when pooled
  bool pooled;
  int count;  // places of all images

  OutputPixels(const Conv2dShape& s, bool is_pooled)
      : places(s.out_height() / (is_pooled ? 2 : 1), s.out_width() / (is_pooled ? 2 : 1)),
        pooled(is_pooled),
        count(static_cast<int>(s.batch) * places.height * places.width) {}

  __device__ Pixel at(int row) const {
    if (!pooled) {
      return places.at(row);
    }
    const int window = row / (4 * Spread) * Spread + row % Spread;
    const int place = row / Spread % 4;
    const Pixel first = places.at(window < count ? window : count - 1);
    return {first.image, 2 * first.y + place / 2, 2 * first.x + place % 2};
  }
};

// x around an output pixel (a line), at a tap and input channel (a term).
template <class T>
struct PatchRows {
  static constexpr bool kAlongK = true;
  struct Line {
    const T* image;
    int y;
    int x;
  };

  ConvShape shape;
  OutputPixels<1> pixels;
  const T* values;

  __device__ Line line(int row) const {
    const Pixel pixel = pixels.at(row);
    return {values + static_cast<Index>(pixel.image) * shape.in.height * shape.in.width *
                         shape.in_channels,
            pixel.y * shape.stride - shape.padding, pixel.x * shape.stride - shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.by_in_channels, shape.by_kernel); }
  __device__ float at(const Line& line, const Tap& tap) const {
    const int y = line.y + tap.y;
    const int x = line.x + tap.x;
    return shape.in.contains(y, x)
               ? to_float(line.image[(y * shape.in.width + x) * shape.in_channels + tap.channel])
               : 0.0F;
  }
};

// The same turned: x at a tap and input channel (a line), around an output pixel (a term).
template <class T>
struct PatchColumns {
  static constexpr bool kAlongK = false;
  using Line = Tap;

  ConvShape shape;
  const T* values;

  __device__ Line line(int row) const { return tap_of(row, shape.by_in_channels, shape.by_kernel); }
  __device__ Pixel term(int k) const { return shape.out.at(k); }
  __device__ float at(const Line& tap, const Pixel& pixel) const {
    const int y = pixel.y * shape.stride - shape.padding + tap.y;
    const int x = pixel.x * shape.stride - shape.padding + tap.x;
    const Index place = shape.in.index_of({pixel.image, y, x});
    return shape.in.contains(y, x) ? to_float(values[place * shape.in_channels + tap.channel])
                                   : 0.0F;
  }
};

// The gradient before what was fused: through the pool it goes where the choice says, through ReLU
// where the result is above 0. Nothing of it is written to memory.
template <class T>
struct Gradient {
  Epilogue epilogue;
  int height;  // of y: halved when pooled
  int width;
  int channels;
  const T* dy;
  const T* y;
  const std::uint8_t* argmax;

  __device__ float at(const Pixel& pixel, int channel) const {
    int row = pixel.y;
    int column = pixel.x;
    if (epilogue == Epilogue::relu_pool) {
      row /= 2;
      column /= 2;
      if (row >= height || column >= width) {
        return 0.0F;
      }
    }
    const Index place = (static_cast<Index>(pixel.image) * height + row) * width + column;
    const Index i = place * channels + channel;
    if (epilogue == Epilogue::relu_pool &&
        unpack_argmax(argmax, place, channels, channel) != pixel.y % 2 * 2 + pixel.x % 2) {
      return 0.0F;
    }
    return epilogue == Epilogue::none || to_float(y[i]) > 0.0F ? to_float(dy[i]) : 0.0F;
  }
};

// The gradient at (input pixel - tap) (a line), at a tap and output channel (a term).
template <class T>
struct GradientRows {
  static constexpr bool kAlongK = true;
  using Line = Pixel;  // of the input, moved by the padding

  ConvShape shape;
  Gradient<T> gradient;

  __device__ Line line(int row) const {
    const Pixel pixel = shape.in.at(row);
    return {pixel.image, pixel.y + shape.padding, pixel.x + shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.by_out_channels, shape.by_kernel); }
  __device__ float at(const Line& line, const Tap& tap) const {
    const int y = line.y - tap.y;
    const int x = line.x - tap.x;
    if (y < 0 || x < 0) {
      return 0.0F;
    }
    const int out_y = shape.by_stride.quotient(y);
    const int out_x = shape.by_stride.quotient(x);
    const bool hit = shape.by_stride.remainder(y, out_y) == 0 &&
                     shape.by_stride.remainder(x, out_x) == 0 && shape.out.contains(out_y, out_x);
    return hit ? gradient.at({line.image, out_y, out_x}, tap.channel) : 0.0F;
  }
};

// The gradient at an output channel (a line), at an output pixel (a term).
template <class T>
struct GradientColumns {
  static constexpr bool kAlongK = false;
  using Line = int;

  ConvShape shape;
  Gradient<T> gradient;

  __device__ Line line(int column) const { return column; }
  __device__ Pixel term(int k) const { return shape.out.at(k); }
  __device__ float at(Line channel, const Pixel& pixel) const {
    return gradient.at(pixel, channel);
  }
};

// The weight for the data gradient: input channel (a line), tap and output channel (a term).
template <class T>
struct WeightByInput {
  static constexpr bool kAlongK = true;
  using Line = int;

  ConvShape shape;
  const T* values;

  __device__ Line line(int channel) const { return channel; }
  __device__ Index term(int k) const {
    const int tap = shape.by_out_channels.quotient(k);
    return static_cast<Index>(tap) * shape.in_channels * shape.out_channels +
           shape.by_out_channels.remainder(k, tap);
  }
  __device__ float at(Line channel, Index term) const {
    return to_float(values[term + channel * shape.out_channels]);
  }
};

}  // namespace inkling::cuda
