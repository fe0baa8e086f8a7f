// A convolution and its gradients as matrix products: where each element of an operand comes from. No
// patch is ever written to memory (implicit GEMM; Chetlur et al. 2014, "cuDNN: Efficient Primitives for
// Deep Learning").
//
//   forward            y[pixel, out]   = Σ over (tap, in)  x at (pixel + tap), in   · weight[(tap, in), out]
//   data gradient      dx[pixel, in]   = Σ over (tap, out) dy at (pixel - tap), out · weight[(tap, in), out]
//   weight's gradient  dw[(tap, in), out] = Σ over pixels  x at (pixel + tap), in   · dy[pixel, out]
#pragma once

#include "kernels/cuda/gemm.h"

namespace inkling::cuda {

// Conv2dShape in 32 bits, for quick divisions.
struct ConvShape {
  explicit ConvShape(const Conv2dShape& s)
      : in_height(static_cast<int>(s.in_height)),
        in_width(static_cast<int>(s.in_width)),
        in_channels(static_cast<int>(s.in_channels)),
        out_height(static_cast<int>(s.out_height())),
        out_width(static_cast<int>(s.out_width())),
        out_channels(static_cast<int>(s.out_channels)),
        kernel(static_cast<int>(s.kernel)),
        stride(static_cast<int>(s.stride)),
        padding(static_cast<int>(s.padding)) {}

  int in_height, in_width, in_channels;
  int out_height, out_width, out_channels;
  int kernel, stride, padding;
};

// Tap (ky, kx) of the kernel, and a channel.
struct Tap {
  int y;
  int x;
  int channel;
};

__device__ inline Tap tap_of(int index, int channels, int kernel) {
  const int tap = index / channels;
  return {tap / kernel, tap % kernel, index % channels};
}

// A pixel of an image.
struct Pixel {
  int image;
  int y;
  int x;
};

// Rows of the forward product. When pooled, the four pixels of a 2×2 window follow one another, so that
// one thread holds them all; an odd last row or column has no window and is left out.
struct OutputPixels {
  int height;  // of windows, when pooled
  int width;
  bool pooled;

  static OutputPixels of(const Conv2dShape& s, bool pooled) {
    const Index shrink = pooled ? 2 : 1;
    return {static_cast<int>(s.out_height() / shrink), static_cast<int>(s.out_width() / shrink),
            pooled};
  }

  __device__ Pixel at(int row) const {
    const int place = pooled ? row / 4 : row;
    Pixel pixel{place / (height * width), place / width % height, place % width};
    if (pooled) {
      pixel.y = 2 * pixel.y + row % 4 / 2;
      pixel.x = 2 * pixel.x + row % 2;
    }
    return pixel;
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
  OutputPixels pixels;
  const T* values;

  __device__ Line line(int row) const {
    const Pixel pixel = pixels.at(row);
    return {values + static_cast<Index>(pixel.image) * shape.in_height * shape.in_width *
                         shape.in_channels,
            pixel.y * shape.stride - shape.padding, pixel.x * shape.stride - shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.in_channels, shape.kernel); }
  __device__ float at(const Line& line, const Tap& tap) const {
    const int y = line.y + tap.y;
    const int x = line.x + tap.x;
    const bool inside = y >= 0 && y < shape.in_height && x >= 0 && x < shape.in_width;
    return inside ? to_float(line.image[(y * shape.in_width + x) * shape.in_channels + tap.channel])
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

  __device__ Line line(int row) const { return tap_of(row, shape.in_channels, shape.kernel); }
  __device__ Pixel term(int k) const {
    return {k / (shape.out_height * shape.out_width), k / shape.out_width % shape.out_height,
            k % shape.out_width};
  }
  __device__ float at(const Line& tap, const Pixel& pixel) const {
    const int y = pixel.y * shape.stride - shape.padding + tap.y;
    const int x = pixel.x * shape.stride - shape.padding + tap.x;
    const bool inside = y >= 0 && y < shape.in_height && x >= 0 && x < shape.in_width;
    const Index image = static_cast<Index>(pixel.image) * shape.in_height * shape.in_width;
    return inside ? to_float(
                        values[(image + y * shape.in_width + x) * shape.in_channels + tap.channel])
                  : 0.0F;
  }
};

// The gradient before what was fused: through the pool it goes where the choice says, through ReLU where
// the result is above 0. Nothing of it is written to memory.
template <class T>
struct Gradient {
  Fused fused;
  int height;  // of y: halved when pooled
  int width;
  int channels;
  const T* dy;
  const T* y;
  const std::uint8_t* choice;

  __device__ float at(const Pixel& pixel, int channel) const {
    int row = pixel.y;
    int column = pixel.x;
    if (fused == Fused::relu_pool) {
      row /= 2;
      column /= 2;
      if (row >= height || column >= width) {
        return 0.0F;
      }
    }
    const Index place = (static_cast<Index>(pixel.image) * height + row) * width + column;
    const Index i = place * channels + channel;
    if (fused == Fused::relu_pool &&
        choice_at(choice, place, channels, channel) != pixel.y % 2 * 2 + pixel.x % 2) {
      return 0.0F;
    }
    return fused == Fused::none || to_float(y[i]) > 0.0F ? to_float(dy[i]) : 0.0F;
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
    return {row / (shape.in_height * shape.in_width),
            row / shape.in_width % shape.in_height + shape.padding,
            row % shape.in_width + shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.out_channels, shape.kernel); }
  __device__ float at(const Line& line, const Tap& tap) const {
    const int y = line.y - tap.y;
    const int x = line.x - tap.x;
    const bool hit = y >= 0 && x >= 0 && y % shape.stride == 0 && x % shape.stride == 0 &&
                     y / shape.stride < shape.out_height && x / shape.stride < shape.out_width;
    return hit ? gradient.at({line.image, y / shape.stride, x / shape.stride}, tap.channel) : 0.0F;
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
  __device__ Pixel term(int k) const {
    return {k / (shape.out_height * shape.out_width), k / shape.out_width % shape.out_height,
            k % shape.out_width};
  }
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
    const int tap = k / shape.out_channels;
    return static_cast<Index>(tap) * shape.in_channels * shape.out_channels +
           k % shape.out_channels;
  }
  __device__ float at(Line channel, Index term) const {
    return to_float(values[term + channel * shape.out_channels]);
  }
};

}  // namespace inkling::cuda
