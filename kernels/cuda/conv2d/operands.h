// A convolution and its gradients as matrix products, and where each element of an operand comes
// from: implicit GEMM, which never writes the im2col matrix to memory (Chetlur et al. 2014, "cuDNN:
// Efficient Primitives for Deep Learning").
//
//   forward          y[pixel, out]    = Σ over tap, in    x[pixel + tap, in]   · w[tap, in, out]
//   data gradient    dx[pixel, in]    = Σ over tap, out   dy[pixel - tap, out] · w[tap, in, out]
//   weight gradient  dw[tap, in, out] = Σ over pixels     x[pixel + tap, in]   · dy[pixel, out]
//
//   product          A [m, k]                            B transposed [n, k]
//   forward          Im2colRows      [pixel, (tap, in)]  DenseOperand    [out, (tap, in)]
//   data gradient    GradientRows    [pixel, (tap, out)] WeightByInput   [in, (tap, out)]
//   weight gradient  Im2colColumns   [(tap, in), pixel]  GradientColumns [out, pixel]
#pragma once

#include "kernels/cuda/gemm/simt_gemm.h"
#include "kernels/pointwise.h"

namespace inkling::cuda {

struct Pixel {
  int image;
  int y;
  int x;
};

// A batch's images of one size: index ⇄ pixel.
struct PixelGrid {
  int height;
  int width;
  Divisor by_pixels;
  Divisor by_width;

  PixelGrid(Index image_height, Index image_width)
      : height(static_cast<int>(image_height)),
        width(static_cast<int>(image_width)),
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
  // Linear, also for pixels out of bounds: index_of(a + b) = index_of(a) + offset of b.
  __device__ int index_of(const Pixel& pixel) const {
    return (pixel.image * height + pixel.y) * width + pixel.x;
  }
};

// Conv2dShape in 32 bits, with the divisors of its indices.
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

// Rows of the forward product ⇄ output pixels. With pooling, the four pixels of a 2×2 window are
// `RowStride` rows apart, so that one thread holds all of them in its accumulators:
//
//   RowStride 1   rows  0  1  2  3   4  5  6  7  …     RowStride 8   rows  0 … 7    8 … 15   16 …
//   window              0  0  0  0   1  1  1  1        window              0 … 7    0 …  7    0 …
//   pixel in it         0  1  2  3   0  1  2  3        pixel in it         0 … 0    1 …  1    2 …
//
// An odd last row or column of pixels is in no window. Rows past the last window repeat it, and are
// not stored.
template <int RowStride>
struct OutputPixels {
  PixelGrid grid;  // of windows with pooling, else of pixels
  bool pooled;
  int count;  // of all images

  OutputPixels(const Conv2dShape& s, bool is_pooled)
      : grid(s.out_height() / (is_pooled ? 2 : 1), s.out_width() / (is_pooled ? 2 : 1)),
        pooled(is_pooled),
        count(static_cast<int>(s.batch) * grid.height * grid.width) {}

  __device__ Pixel at(int row) const {
    if (!pooled) {
      return grid.at(row);
    }
    const int window = row / (4 * RowStride) * RowStride + row % RowStride;
    const int in_window = row / RowStride % 4;
    const Pixel top_left = grid.at(window < count ? window : count - 1);
    return {top_left.image, 2 * top_left.y + in_window / 2, 2 * top_left.x + in_window % 2};
  }
};

// Row: output pixel. k: (tap, input channel).
template <class T>
struct Im2colRows {
  static constexpr bool kIsKMajor = true;
  struct Row {
    const T* image;
    int y;
    int x;
  };

  ConvShape shape;
  OutputPixels<1> pixels;
  const T* values;

  __device__ Row row_at(int row) const {
    const Pixel pixel = pixels.at(row);
    return {values + static_cast<Index>(pixel.image) * shape.in.height * shape.in.width *
                         shape.in_channels,
            pixel.y * shape.stride - shape.padding, pixel.x * shape.stride - shape.padding};
  }
  __device__ Tap k_at(int k) const { return tap_of(k, shape.by_in_channels, shape.by_kernel); }
  __device__ float at(const Row& row, const Tap& tap) const {
    const int y = row.y + tap.y;
    const int x = row.x + tap.x;
    return shape.in.contains(y, x)
               ? to_float(row.image[(y * shape.in.width + x) * shape.in_channels + tap.channel])
               : 0.0F;
  }
};

// Row: (tap, input channel). k: output pixel.
template <class T>
struct Im2colColumns {
  static constexpr bool kIsKMajor = false;
  using Row = Tap;

  ConvShape shape;
  const T* values;

  __device__ Row row_at(int row) const {
    return tap_of(row, shape.by_in_channels, shape.by_kernel);
  }
  __device__ Pixel k_at(int k) const { return shape.out.at(k); }
  __device__ float at(const Row& tap, const Pixel& pixel) const {
    const int y = pixel.y * shape.stride - shape.padding + tap.y;
    const int x = pixel.x * shape.stride - shape.padding + tap.x;
    const Index index = shape.in.index_of({pixel.image, y, x});
    return shape.in.contains(y, x) ? to_float(values[index * shape.in_channels + tap.channel])
                                   : 0.0F;
  }
};

// The gradient of the convolution's own result, before its epilogue, computed as it is read: ReLU
// passes it where y is above 0, the pool to the window's argmax.
template <class T>
struct PreEpilogueGradient {
  Epilogue epilogue;
  int height;  // of y: halved by the pool
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
    const Index index = (static_cast<Index>(pixel.image) * height + row) * width + column;
    const Index i = index * channels + channel;
    if (epilogue == Epilogue::relu_pool &&
        unpack_argmax(argmax, index, channels, channel) != pixel.y % 2 * 2 + pixel.x % 2) {
      return 0.0F;
    }
    return epilogue == Epilogue::none ? to_float(dy[i])
                                      : relu_gradient(to_float(y[i]), to_float(dy[i]));
  }
};

// Row: input pixel. k: (tap, output channel). The gradient at pixel - tap.
template <class T>
struct GradientRows {
  static constexpr bool kIsKMajor = true;
  using Row = Pixel;  // of the input, shifted by the padding

  ConvShape shape;
  PreEpilogueGradient<T> gradient;

  __device__ Row row_at(int row) const {
    const Pixel pixel = shape.in.at(row);
    return {pixel.image, pixel.y + shape.padding, pixel.x + shape.padding};
  }
  __device__ Tap k_at(int k) const { return tap_of(k, shape.by_out_channels, shape.by_kernel); }
  __device__ float at(const Row& row, const Tap& tap) const {
    const int y = row.y - tap.y;
    const int x = row.x - tap.x;
    if (y < 0 || x < 0) {
      return 0.0F;
    }
    const int out_y = shape.by_stride.quotient(y);
    const int out_x = shape.by_stride.quotient(x);
    const bool hit = shape.by_stride.remainder(y, out_y) == 0 &&
                     shape.by_stride.remainder(x, out_x) == 0 && shape.out.contains(out_y, out_x);
    return hit ? gradient.at({row.image, out_y, out_x}, tap.channel) : 0.0F;
  }
};

// Row: output channel. k: output pixel.
template <class T>
struct GradientColumns {
  static constexpr bool kIsKMajor = false;
  using Row = int;

  ConvShape shape;
  PreEpilogueGradient<T> gradient;

  __device__ Row row_at(int row) const { return row; }
  __device__ Pixel k_at(int k) const { return shape.out.at(k); }
  __device__ float at(Row channel, const Pixel& pixel) const { return gradient.at(pixel, channel); }
};

// Row: input channel. k: (tap, output channel).
template <class T>
struct WeightByInput {
  static constexpr bool kIsKMajor = true;
  using Row = int;

  ConvShape shape;
  const T* values;

  __device__ Row row_at(int row) const { return row; }
  __device__ Index k_at(int k) const {
    const int tap = shape.by_out_channels.quotient(k);
    return static_cast<Index>(tap) * shape.in_channels * shape.out_channels +
           shape.by_out_channels.remainder(k, tap);
  }
  __device__ float at(Row channel, Index at_k) const {
    return to_float(values[at_k + channel * shape.out_channels]);
  }
};

}  // namespace inkling::cuda
