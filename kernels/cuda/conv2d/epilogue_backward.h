// The epilogue's gradient, materialized for the tensor-op GEMM, which loads it in vectors: dy of
// ReLU (and the pool) → the gradient of the convolution's own result.
//
//   thread   eight channels of a pixel, or of a window: 16 bytes of y and dy, 2 of argmax
//
// Bound: memory. For LargerCNN's conv2 at batch 512 it reads 26 + 26 + 3 MB and writes 103 MB, 33
// µs of an H200's 4.8 TB/s.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {

using Bf16Vec = Vec<bfloat16, 8>;

// One 16-byte load, which a copy of the Vec would split into eight of two bytes.
__device__ inline Bf16Vec load_vec(const Bf16Vec* pointer) {
  struct alignas(16) [[gnu::may_alias]] Bits {
    std::uint64_t half[2];
  };
  return std::bit_cast<Bf16Vec>(*reinterpret_cast<const Bits*>(pointer));
}

// dy where y is above 0, else 0.
__device__ inline Bf16Vec relu_gradient_vec(const Bf16Vec* dy_vec, const Bf16Vec* y_vec) {
  const Bf16Vec dy = load_vec(dy_vec);
  const Bf16Vec y = load_vec(y_vec);
  Bf16Vec result;
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    result.values[i] = to_float(y.values[i]) > 0.0F ? dy.values[i] : bfloat16{};
  }
  return result;
}

template <class VecType>
__global__ void relu_epilogue_backward_kernel(Index vecs, const VecType* dy, const VecType* y,
                                              VecType* result) {
  for (Index i = first_element(); i < vecs; i += element_stride()) {
    result[i] = relu_gradient_vec(dy + i, y + i);
  }
}

// A thread distributes a window's eight channels to its four pixels. An odd last row or column is
// in no window, and not written.
template <class VecType>
__global__ void pool_epilogue_backward_kernel(Index windows, int vecs_per_pixel, int height,
                                              int width, const VecType* dy, const VecType* y,
                                              const std::uint8_t* packed_argmax, VecType* result) {
  const Index size = windows * vecs_per_pixel;
  for (Index i = first_element(); i < size; i += element_stride()) {
    const auto window = static_cast<int>(i / vecs_per_pixel);
    const auto vec = static_cast<int>(i % vecs_per_pixel);
    const int row = window / (width / 2) % (height / 2);
    const int image = window / (width / 2) / (height / 2);
    const int column = window % (width / 2);
    const VecType gradient = relu_gradient_vec(dy + i, y + i);
    const unsigned argmax = packed_argmax[2 * i] | static_cast<unsigned>(packed_argmax[2 * i + 1])
                                                       << 8;
#pragma unroll
    for (int pixel = 0; pixel < 4; ++pixel) {
      VecType at_pixel;
#pragma unroll
      for (int k = 0; k < 8; ++k) {
        const bool is_argmax = (argmax >> 2 * k & 3U) == static_cast<unsigned>(pixel);
        at_pixel.values[k] = is_argmax ? gradient.values[k] : bfloat16{};
      }
      const Index index = (static_cast<Index>(image) * height + 2 * row + pixel / 2) * width +
                          2 * column + pixel % 2;
      result[index * vecs_per_pixel + vec] = at_pixel;
    }
  }
}

// result [batch, out_height, out_width, out_channels]; out_channels is a multiple of eight, all
// arrays are aligned to 16 bytes.
inline void epilogue_backward(const Stream& stream, const Conv2dBackward<bfloat16>& args,
                              bfloat16* result) {
  const Context& context = context_of(stream);
  const Conv2dShape& s = args.shape;
  const Index vecs_per_pixel = s.out_channels / 8;
  const auto* const dy = reinterpret_cast<const Bf16Vec*>(args.dy);
  const auto* const y = reinterpret_cast<const Bf16Vec*>(args.y);
  auto* const result_vecs = reinterpret_cast<Bf16Vec*>(result);
  const Index pixels = s.batch * s.out_height() * s.out_width();
  if (args.epilogue == Epilogue::relu) {
    const Index vecs = pixels * vecs_per_pixel;
    launch(relu_epilogue_backward_kernel<Bf16Vec>, elementwise_grid(context, vecs), context.stream,
           vecs, dy, y, result_vecs);
    return;
  }
  if (s.out_height() % 2 != 0 || s.out_width() % 2 != 0) {
    fill_zero(stream, result, static_cast<std::size_t>(pixels * s.out_channels) * sizeof(bfloat16));
  }
  const Index windows = s.batch * (s.out_height() / 2) * (s.out_width() / 2);
  launch(pool_epilogue_backward_kernel<Bf16Vec>,
         elementwise_grid(context, windows * vecs_per_pixel), context.stream, windows,
         static_cast<int>(vecs_per_pixel), static_cast<int>(s.out_height()),
         static_cast<int>(s.out_width()), dy, y, args.argmax, result_vecs);
}

}  // namespace inkling::cuda
