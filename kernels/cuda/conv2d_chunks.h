// The operands of conv2d_operands.h for the tensor cores: the same elements, in chunks of eight
// channels, which follow one another in memory (NHWC). Input and output channels must be multiples
// of eight, so that no chunk straddles two taps.
#pragma once

#include "kernels/cuda/conv2d_operands.h"
#include "kernels/cuda/tensor_core_gemm.h"

namespace inkling::cuda {

using tensor_core::Chunk;

// A tap for eight channels: what a line adds to its own place. `from` is where those channels of
// the first pixel are.
struct TapChunk {
  int y;
  int x;
  int pixels;  // from the window's first pixel
  const bfloat16* from;
};

__device__ inline TapChunk chunk_of(const Tap& tap, int width, const bfloat16* values) {
  return {tap.y, tap.x, tap.y * width + tap.x, values + tap.channel};
}

// A pixel with its index.
struct PlacedPixel {
  int y;
  int x;
  int index;
};

// x around an output pixel (a line), at a tap and eight input channels (a term).
struct PatchRowChunks {
  static constexpr bool kAlongK = true;
  static constexpr bool kReadAgain = true;  // by the kernel's other taps
  using Line = PlacedPixel;                 // the window's first; may lie outside the image

  ConvShape shape;
  OutputPixels<tensor_core::kWindowSpread> pixels;
  const bfloat16* values;

  __device__ Line line(int row) const {
    const Pixel pixel = pixels.at(row);
    const Pixel first{pixel.image, pixel.y * shape.stride - shape.padding,
                      pixel.x * shape.stride - shape.padding};
    return {first.y, first.x, shape.in.index_of(first)};
  }
  __device__ TapChunk term(int k) const {
    return chunk_of(tap_of(k, shape.by_in_channels, shape.by_kernel), shape.in.width, values);
  }
  __device__ Chunk chunk(const Line& line, const TapChunk& tap) const {
    return {tap.from + static_cast<Index>(line.index + tap.pixels) * shape.in_channels,
            shape.in.contains(line.y + tap.y, line.x + tap.x)};
  }
};

// x at a tap and eight input channels (eight lines), around an output pixel (a term).
struct PatchColumnChunks {
  static constexpr bool kAlongK = false;
  static constexpr bool kReadAgain = true;
  using Line = TapChunk;

  ConvShape shape;
  const bfloat16* values;

  __device__ Line line(int row) const {
    return chunk_of(tap_of(row, shape.by_in_channels, shape.by_kernel), shape.in.width, values);
  }
  __device__ PlacedPixel term(int k) const {
    const Pixel pixel = shape.out.at(k);
    const Pixel first{pixel.image, pixel.y * shape.stride - shape.padding,
                      pixel.x * shape.stride - shape.padding};
    return {first.y, first.x, shape.in.index_of(first)};
  }
  __device__ Chunk chunk(const Line& tap, const PlacedPixel& pixel) const {
    return {tap.from + static_cast<Index>(pixel.index + tap.pixels) * shape.in_channels,
            shape.in.contains(pixel.y + tap.y, pixel.x + tap.x)};
  }
};

// The gradient at (input pixel - tap) (a line), at a tap and eight output channels (a term), for a
// stride of one: most networks have no other.
struct GradientRowChunks {
  static constexpr bool kAlongK = true;
  static constexpr bool kReadAgain = true;
  using Line = PlacedPixel;  // of the output, where tap (0, 0) took it from

  ConvShape shape;
  const bfloat16* values;  // [batch, out_height, out_width, out_channels]

  __device__ Line line(int row) const {
    const Pixel pixel = shape.in.at(row);
    const Pixel first{pixel.image, pixel.y + shape.padding, pixel.x + shape.padding};
    return {first.y, first.x, shape.out.index_of(first)};
  }
  __device__ TapChunk term(int k) const {
    return chunk_of(tap_of(k, shape.by_out_channels, shape.by_kernel), shape.out.width, values);
  }
  __device__ Chunk chunk(const Line& line, const TapChunk& tap) const {
    return {tap.from + static_cast<Index>(line.index - tap.pixels) * shape.out_channels,
            shape.out.contains(line.y - tap.y, line.x - tap.x)};
  }
};

// The same for any stride: only some pixels of the output took from an input pixel at that tap.
struct StridedGradientRowChunks {
  static constexpr bool kAlongK = true;
  static constexpr bool kReadAgain = true;
  using Line = Pixel;  // of the input, moved by the padding

  ConvShape shape;
  const bfloat16* values;

  __device__ Line line(int row) const {
    const Pixel pixel = shape.in.at(row);
    return {pixel.image, pixel.y + shape.padding, pixel.x + shape.padding};
  }
  __device__ Tap term(int k) const { return tap_of(k, shape.by_out_channels, shape.by_kernel); }
  __device__ Chunk chunk(const Line& line, const Tap& tap) const {
    const int y = line.y - tap.y;
    const int x = line.x - tap.x;
    const int out_y = shape.by_stride.quotient(y < 0 ? 0 : y);
    const int out_x = shape.by_stride.quotient(x < 0 ? 0 : x);
    const Index place = shape.out.index_of({line.image, out_y, out_x});
    return {values + place * shape.out_channels + tap.channel,
            shape.by_stride.remainder(y, out_y) == 0 && shape.by_stride.remainder(x, out_x) == 0 &&
                shape.out.contains(out_y, out_x)};
  }
};

// The weight for the data gradient: input channel (a line), tap and eight output channels (a term).
struct WeightByInputChunks {
  static constexpr bool kAlongK = true;
  static constexpr bool kReadAgain = false;
  using Line = int;

  ConvShape shape;
  const bfloat16* values;

  __device__ Line line(int channel) const { return channel * shape.out_channels; }
  __device__ const bfloat16* term(int k) const {
    const int tap = shape.by_out_channels.quotient(k);
    return values + static_cast<Index>(tap) * shape.in_channels * shape.out_channels +
           shape.by_out_channels.remainder(k, tap);
  }
  __device__ Chunk chunk(Line line, const bfloat16* term) const { return {term + line, true}; }
};

}  // namespace inkling::cuda
