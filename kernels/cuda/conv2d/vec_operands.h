// The operands of operands.h for the tensor-op GEMM: the same elements in vectors of eight
// channels, which are contiguous in NHWC. Input and output channels are multiples of eight, so that
// no vector straddles two taps.
#pragma once

#include "kernels/cuda/conv2d/operands.h"
#include "kernels/cuda/gemm/tensor_op_gemm.h"

namespace inkling::cuda {

// A tap and eight channels: the offsets to add to a row's pixel. `values` points to those channels
// of the first pixel.
struct TapVec {
  int y;
  int x;
  int pixel_offset;
  const bfloat16* values;
};

__device__ inline TapVec tap_vec(const Tap& tap, int width, const bfloat16* values) {
  return {tap.y, tap.x, tap.y * width + tap.x, values + tap.channel};
}

// A pixel's coordinates and its index in the batch.
struct IndexedPixel {
  int y;
  int x;
  int index;
};

// The input pixel under tap (0, 0) of an output pixel; may be out of bounds.
__device__ inline IndexedPixel first_input(const ConvShape& shape, const Pixel& output) {
  const Pixel first{output.image, output.y * shape.stride - shape.padding,
                    output.x * shape.stride - shape.padding};
  return {first.y, first.x, shape.in.index_of(first)};
}

// Row: output pixel. k: (tap, eight input channels).
struct Im2colRowVecs {
  static constexpr bool kIsKMajor = true;
  static constexpr bool kCacheInL1 = true;  // other taps read the vector again
  using Row = IndexedPixel;

  ConvShape shape;
  OutputPixels<tensor_op::kLaneRowStride> pixels;
  const bfloat16* values;

  __device__ Row row_at(int row) const { return first_input(shape, pixels.at(row)); }
  __device__ TapVec k_at(int k) const {
    return tap_vec(tap_of(k, shape.by_in_channels, shape.by_kernel), shape.in.width, values);
  }
  __device__ VecSource vec(const Row& row, const TapVec& tap) const {
    return {tap.values + static_cast<Index>(row.index + tap.pixel_offset) * shape.in_channels,
            shape.in.contains(row.y + tap.y, row.x + tap.x)};
  }
};

// Row: (tap, eight input channels). k: output pixel.
struct Im2colColumnVecs {
  static constexpr bool kIsKMajor = false;
  static constexpr bool kCacheInL1 = true;
  using Row = TapVec;

  ConvShape shape;
  const bfloat16* values;

  __device__ Row row_at(int row) const {
    return tap_vec(tap_of(row, shape.by_in_channels, shape.by_kernel), shape.in.width, values);
  }
  __device__ IndexedPixel k_at(int k) const { return first_input(shape, shape.out.at(k)); }
  __device__ VecSource vec(const Row& tap, const IndexedPixel& pixel) const {
    return {tap.values + static_cast<Index>(pixel.index + tap.pixel_offset) * shape.in_channels,
            shape.in.contains(pixel.y + tap.y, pixel.x + tap.x)};
  }
};

// Row: input pixel. k: (tap, eight output channels). For a stride of 1, the common one.
struct GradientRowVecs {
  static constexpr bool kIsKMajor = true;
  static constexpr bool kCacheInL1 = true;
  using Row = IndexedPixel;  // of the output that tap (0, 0) contributed to

  ConvShape shape;
  const bfloat16* values;  // [batch, out_height, out_width, out_channels]

  __device__ Row row_at(int row) const {
    const Pixel pixel = shape.in.at(row);
    const Pixel first{pixel.image, pixel.y + shape.padding, pixel.x + shape.padding};
    return {first.y, first.x, shape.out.index_of(first)};
  }
  __device__ TapVec k_at(int k) const {
    return tap_vec(tap_of(k, shape.by_out_channels, shape.by_kernel), shape.out.width, values);
  }
  __device__ VecSource vec(const Row& row, const TapVec& tap) const {
    return {tap.values + static_cast<Index>(row.index - tap.pixel_offset) * shape.out_channels,
            shape.out.contains(row.y - tap.y, row.x - tap.x)};
  }
};

// The same for any stride: at a tap, an input pixel contributed to one output pixel or none.
struct StridedGradientRowVecs {
  static constexpr bool kIsKMajor = true;
  static constexpr bool kCacheInL1 = true;
  using Row = Pixel;  // of the input, shifted by the padding

  ConvShape shape;
  const bfloat16* values;

  __device__ Row row_at(int row) const {
    const Pixel pixel = shape.in.at(row);
    return {pixel.image, pixel.y + shape.padding, pixel.x + shape.padding};
  }
  __device__ Tap k_at(int k) const { return tap_of(k, shape.by_out_channels, shape.by_kernel); }
  __device__ VecSource vec(const Row& row, const Tap& tap) const {
    const int y = row.y - tap.y;
    const int x = row.x - tap.x;
    const int out_y = shape.by_stride.quotient(y < 0 ? 0 : y);
    const int out_x = shape.by_stride.quotient(x < 0 ? 0 : x);
    const Index index = shape.out.index_of({row.image, out_y, out_x});
    return {values + index * shape.out_channels + tap.channel,
            shape.by_stride.remainder(y, out_y) == 0 && shape.by_stride.remainder(x, out_x) == 0 &&
                shape.out.contains(out_y, out_x)};
  }
};

// Row: input channel. k: (tap, eight output channels).
struct WeightByInputVecs {
  static constexpr bool kIsKMajor = true;
  static constexpr bool kCacheInL1 = false;
  using Row = int;

  ConvShape shape;
  const bfloat16* values;

  __device__ Row row_at(int row) const { return row * shape.out_channels; }
  __device__ const bfloat16* k_at(int k) const {
    const int tap = shape.by_out_channels.quotient(k);
    return values + static_cast<Index>(tap) * shape.in_channels * shape.out_channels +
           shape.by_out_channels.remainder(k, tap);
  }
  __device__ VecSource vec(Row row, const bfloat16* at_k) const { return {at_k + row, true}; }
};

}  // namespace inkling::cuda
