// The operands of conv2d_operands.h for the tensor cores: the same elements, in chunks of eight channels,
// which follow one another in memory (NHWC). Input and output channels must be multiples of eight, so that
// no chunk straddles two taps.
#pragma once

#include "kernels/cuda/conv2d_operands.h"
#include "kernels/cuda/tensor_core_gemm.h"

namespace inkling::cuda {

// x around an output pixel (a line), at a tap and eight input channels (a term).
struct PatchRowChunks {
  static constexpr bool kAlongK = true;
  using Line = Pixel;  // the window's first pixel; may lie outside the image

  ConvShape shape;
  OutputPixels pixels;
  const bfloat16* values;

  __device__ Line line(int row) const {
    const Pixel pixel = pixels.at(row);
    return {pixel.image, pixel.y * shape.stride - shape.padding,
            pixel.x * shape.stride - shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.in_channels, shape.kernel); }
  __device__ const bfloat16* chunk(const Line& line, const Tap& tap) const {
    const int y = line.y + tap.y;
    const int x = line.x + tap.x;
    const bool inside = y >= 0 && y < shape.in_height && x >= 0 && x < shape.in_width;
    const Index row = (static_cast<Index>(line.image) * shape.in_height + y) * shape.in_width + x;
    return inside ? values + row * shape.in_channels + tap.channel : nullptr;
  }
};

// x at a tap and eight input channels (eight lines), around an output pixel (a term).
struct PatchColumnChunks {
  static constexpr bool kAlongK = false;
  using Line = Tap;

  ConvShape shape;
  const bfloat16* values;

  __device__ Line line(int row) const { return tap_of(row, shape.in_channels, shape.kernel); }
  __device__ Pixel term(int k) const {
    return {k / (shape.out_height * shape.out_width), k / shape.out_width % shape.out_height,
            k % shape.out_width};
  }
  __device__ const bfloat16* chunk(const Line& tap, const Pixel& pixel) const {
    const int y = pixel.y * shape.stride - shape.padding + tap.y;
    const int x = pixel.x * shape.stride - shape.padding + tap.x;
    const bool inside = y >= 0 && y < shape.in_height && x >= 0 && x < shape.in_width;
    const Index row = (static_cast<Index>(pixel.image) * shape.in_height + y) * shape.in_width + x;
    return inside ? values + row * shape.in_channels + tap.channel : nullptr;
  }
};

// The gradient at (input pixel - tap) (a line), at a tap and eight output channels (a term).
struct GradientRowChunks {
  static constexpr bool kAlongK = true;
  using Line = Pixel;  // of the input, moved by the padding

  ConvShape shape;
  const bfloat16* values;  // [batch, out_height, out_width, out_channels]

  __device__ Line line(int row) const {
    return {row / (shape.in_height * shape.in_width),
            row / shape.in_width % shape.in_height + shape.padding,
            row % shape.in_width + shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.out_channels, shape.kernel); }
  __device__ const bfloat16* chunk(const Line& line, const Tap& tap) const {
    const int y = line.y - tap.y;
    const int x = line.x - tap.x;
    const bool hit = y >= 0 && x >= 0 && y % shape.stride == 0 && x % shape.stride == 0 &&
                     y / shape.stride < shape.out_height && x / shape.stride < shape.out_width;
    const Index row =
        (static_cast<Index>(line.image) * shape.out_height + y / shape.stride) * shape.out_width +
        x / shape.stride;
    return hit ? values + row * shape.out_channels + tap.channel : nullptr;
  }
};

// The weight for the data gradient: input channel (a line), tap and eight output channels (a term).
struct WeightByInputChunks {
  static constexpr bool kAlongK = true;
  using Line = int;

  ConvShape shape;
  const bfloat16* values;

  __device__ Line line(int channel) const { return channel; }
  __device__ Index term(int k) const {
    const int tap = k / shape.out_channels;
    return static_cast<Index>(tap) * shape.in_channels * shape.out_channels +
           k % shape.out_channels;
  }
  __device__ const bfloat16* chunk(Line channel, Index term) const {
    return values + term + static_cast<Index>(channel) * shape.out_channels;
  }
};

}  // namespace inkling::cuda
