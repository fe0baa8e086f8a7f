// The gradient before what was fused to a convolution, written out for the tensor cores, which read
// it in chunks. Bound by memory: y and its gradient are read once, eight channels per thread in one
// access of 16 bytes, the choice with them (two bytes), and the result is written once; for
// LargerCNN's conv2 at batch 512 that is 26 + 26 + 3 MB and 103 MB, 33 µs of an H200's 4.8 TB/s.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/cuda/context.h"
#include "kernels/cuda/number.h"

namespace inkling::cuda {

struct alignas(16) Bf16Chunk {
  bfloat16 channel[8];
};

// One load of 16 bytes, where reading the channels one by one would be eight of two.
__device__ inline Bf16Chunk load_chunk(const Bf16Chunk* from) {
  struct alignas(16) [[gnu::may_alias]] Bits {
    std::uint64_t half[2];
  };
  return std::bit_cast<Bf16Chunk>(*reinterpret_cast<const Bits*>(from));
}

// ReLU lets through where its result is above 0.
__device__ inline Bf16Chunk gated(const Bf16Chunk* dy_chunk, const Bf16Chunk* y_chunk) {
  const Bf16Chunk dy = load_chunk(dy_chunk);
  const Bf16Chunk y = load_chunk(y_chunk);
  Bf16Chunk result;
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    result.channel[i] = to_float(y.channel[i]) > 0.0F ? dy.channel[i] : bfloat16{};
  }
  return result;
}

template <class Chunk>
__global__ void undo_relu_kernel(Index chunks, const Chunk* dy, const Chunk* y, Chunk* result) {
  for (Index i = first_element(); i < chunks; i += element_stride()) {
    result[i] = gated(dy + i, y + i);
  }
}

// A thread takes a window's eight channels to its four pixels. An odd last row or column is in no
// window, and not written.
template <class Chunk>
__global__ void undo_pool_kernel(Index windows, int chunks_a_pixel, int height, int width,
                                 const Chunk* dy, const Chunk* y, const std::uint8_t* argmax,
                                 Chunk* result) {
  const Index size = windows * chunks_a_pixel;
  for (Index i = first_element(); i < size; i += element_stride()) {
    const auto window = static_cast<int>(i / chunks_a_pixel);
    const auto chunk = static_cast<int>(i % chunks_a_pixel);
    const int row = window / (width / 2) % (height / 2);
    const int image = window / (width / 2) / (height / 2);
    const int column = window % (width / 2);
    const Chunk gradient = gated(dy + i, y + i);
    const unsigned places = argmax[2 * i] | static_cast<unsigned>(argmax[2 * i + 1]) << 8;
#pragma unroll
    for (int pixel = 0; pixel < 4; ++pixel) {
      Chunk passed;
#pragma unroll
      for (int k = 0; k < 8; ++k) {
        const bool won = (places >> 2 * k & 3U) == static_cast<unsigned>(pixel);
        passed.channel[k] = won ? gradient.channel[k] : bfloat16{};
      }
      const Index to = (static_cast<Index>(image) * height + 2 * row + pixel / 2) * width +
                       2 * column + pixel % 2;
      result[to * chunks_a_pixel + chunk] = passed;
    }
  }
}

// result [batch, out_height, out_width, out_channels]; out_channels is a multiple of eight, all are
// aligned to 16.
inline void epilogue_backward(const Stream& stream, const Conv2dBackward<bfloat16>& args,
                              bfloat16* result) {
  const Context& context = context_of(stream);
  const Conv2dShape& s = args.shape;
  const Index chunks_a_pixel = s.out_channels / 8;
  const auto* const dy = reinterpret_cast<const Bf16Chunk*>(args.dy);
  const auto* const y = reinterpret_cast<const Bf16Chunk*>(args.y);
  auto* const chunks = reinterpret_cast<Bf16Chunk*>(result);
  const Index pixels = s.batch * s.out_height() * s.out_width();
  if (args.epilogue == Epilogue::relu) {
    const Index size = pixels * chunks_a_pixel;
    launch(undo_relu_kernel<Bf16Chunk>, elementwise_grid(context, size), context.stream, size, dy,
           y, chunks);
    return;
  }
  if (s.out_height() % 2 != 0 || s.out_width() % 2 != 0) {
    fill_zero(stream, result, static_cast<std::size_t>(pixels * s.out_channels) * sizeof(bfloat16));
  }
  const Index windows = s.batch * (s.out_height() / 2) * (s.out_width() / 2);
  launch(undo_pool_kernel<Bf16Chunk>, elementwise_grid(context, windows * chunks_a_pixel),
         context.stream, windows, static_cast<int>(chunks_a_pixel),
         static_cast<int>(s.out_height()), static_cast<int>(s.out_width()), dy, y, args.argmax,
         chunks);
}

}  // namespace inkling::cuda
