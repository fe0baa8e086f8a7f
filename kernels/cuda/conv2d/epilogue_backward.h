// The epilogue's gradient, materialized for the tensor-op GEMM, which loads it in vectors: dy of
// ReLU (and the pool) → the gradient of the convolution's own result. The bias's gradient is summed
// on the way: through a pool, too, for whichever pixel is the argmax, its bias is the channel's.
//
//   thread   eight channels of a pixel, or of a window: 16 bytes of y and dy, 2 of argmax
//   block    256 threads: the channels × as many pixels or windows as fit, in a grid-stride loop
//
// Bound: memory. For LargerCNN's conv2 at batch 512 it reads 26 + 26 + 3 MB and writes 103 MB, 33
// µs of an H200's 4.8 TB/s.
#pragma once

#include <cstdint>

#include "kernels/cuda/conv2d/channel_lanes.h"
#include "kernels/cuda/conv2d/operands.h"
#include "kernels/cuda/gemm/column_sum.h"

namespace inkling::cuda {

using Bf16Vec = Vec<bfloat16, kLaneChannels>;

// dy where y is above 0, else 0.
__device__ inline Bf16Vec relu_gradient_vec(const Bf16Vec* dy_vec, const Bf16Vec* y_vec) {
  const Bf16Vec dy = load_vec(dy_vec);
  const Bf16Vec y = load_vec(y_vec);
  Bf16Vec result;
#pragma unroll
  for (int i = 0; i < kLaneChannels; ++i) {
    result.values[i] = to_float(y.values[i]) > 0.0F ? dy.values[i] : bfloat16{};
  }
  return result;
}

// What a thread reads at an item, a pixel or a window of y.
struct EpilogueGradient {
  Bf16Vec values;
  unsigned argmax;  // two bits a channel, of a window
};

// The result's pixels: those of y, or four for each window of y. An odd last row or column of them
// is in no window, and not written.
template <bool IsPooled>
struct EpilogueResult {
  PixelGrid grid;  // of y
  int height;
  int width;
  int vecs_per_pixel;
  Bf16Vec* result;

  // Distributes a window's eight channels to its four pixels.
  __device__ void store(int item, int vec, const EpilogueGradient& gradient) const {
    if constexpr (!IsPooled) {
      store_bits(result + static_cast<Index>(item) * vecs_per_pixel + vec, gradient.values);
    } else {
      const Pixel window = grid.at(item);
      const Index top_left =
          (static_cast<Index>(window.image) * height + 2 * window.y) * width + 2 * window.x;
#pragma unroll
      for (int pixel = 0; pixel < 4; ++pixel) {
        Bf16Vec at_pixel;
#pragma unroll
        for (int k = 0; k < kLaneChannels; ++k) {
          const bool is_argmax = (gradient.argmax >> 2 * k & 3U) == static_cast<unsigned>(pixel);
          at_pixel.values[k] = is_argmax ? gradient.values.values[k] : bfloat16{};
        }
        const Index index = top_left + pixel / 2 * width + pixel % 2;
        store_bits(result + index * vecs_per_pixel + vec, at_pixel);
      }
    }
  }
};

// bias_sums: null, or each block's sums, [blocks, channels].
template <bool IsPooled>
__global__ void __launch_bounds__(kThreads, 4)
    epilogue_backward_kernel(int items, int channels, const Bf16Vec* dy, const Bf16Vec* y,
                             const std::uint8_t* packed_argmax, EpilogueResult<IsPooled> result,
                             float* bias_sums) {
  const int first_channel = static_cast<int>(blockIdx.y) * kMaxLaneChannels;
  const int rest = channels - first_channel;
  const int block_channels = rest < kMaxLaneChannels ? rest : kMaxLaneChannels;
  const ThreadChannels work(block_channels);
  const int vec = (first_channel + work.channel) / kLaneChannels;
  float sums[kLaneChannels] = {};
  const int end = work.idle ? 0 : items;
  for (int item = work.first_item(); item < end; item += work.item_stride()) {
    const Index i = static_cast<Index>(item) * result.vecs_per_pixel + vec;
    EpilogueGradient gradient{relu_gradient_vec(dy + i, y + i), 0};
    if constexpr (IsPooled) {
      gradient.argmax = packed_argmax[2 * i] | static_cast<unsigned>(packed_argmax[2 * i + 1]) << 8;
    }
#pragma unroll
    for (int k = 0; k < kLaneChannels; ++k) {
      sums[k] += to_float(gradient.values.values[k]);
    }
    result.store(item, vec, gradient);
  }
  if (bias_sums != nullptr) {
    add_lanes(work, block_channels, sums,
              bias_sums + static_cast<Index>(blockIdx.x) * channels + first_channel);
  }
}

// Four blocks a multiprocessor; out_channels is a multiple of eight, all arrays are aligned to 16
// bytes.
template <bool IsPooled>
void run_epilogue_backward(const Stream& stream, const Conv2dBackward<bfloat16>& args,
                           bfloat16* result) {
  const Context& context = context_of(stream);
  const Conv2dShape& s = args.shape;
  const Index shrink = IsPooled ? 2 : 1;
  const PixelGrid grid(s.out_height() / shrink, s.out_width() / shrink);
  const Index items = s.batch * grid.height * grid.width;
  const unsigned blocks =
      lane_blocks(context, std::min<Index>(s.out_channels, kMaxLaneChannels), items, 4);
  const bool has_bias = args.dbias != nullptr;
  const Scratch<float> bias_sums(stream, has_bias ? blocks * s.out_channels : 0);
  const EpilogueResult<IsPooled> target{
      grid, static_cast<int>(s.out_height()), static_cast<int>(s.out_width()),
      static_cast<int>(s.out_channels / kLaneChannels), reinterpret_cast<Bf16Vec*>(result)};
  const auto chunks = static_cast<unsigned>(ceil_divide(s.out_channels, kMaxLaneChannels));
  launch(epilogue_backward_kernel<IsPooled>, {dim3(blocks, chunks), dim3(kThreads), kLaneSumBytes},
         context.stream, static_cast<int>(items), static_cast<int>(s.out_channels),
         reinterpret_cast<const Bf16Vec*>(args.dy), reinterpret_cast<const Bf16Vec*>(args.y),
         args.argmax, target, has_bias ? bias_sums.data() : nullptr);
  if (has_bias) {
    column_sums::run<float>(stream, blocks, s.out_channels, 1, bias_sums.data(), nullptr,
                            args.dbias);
  }
}

// result [batch, out_height, out_width, out_channels], and args.dbias where it is asked for.
inline void epilogue_backward(const Stream& stream, const Conv2dBackward<bfloat16>& args,
                              bfloat16* result) {
  const Conv2dShape& s = args.shape;
  if (args.epilogue == Epilogue::relu) {
    run_epilogue_backward<false>(stream, args, result);
    return;
  }
  if (s.out_height() % 2 != 0 || s.out_width() % 2 != 0) {
    const Index pixels = s.batch * s.out_height() * s.out_width();
    fill_zero(stream, result, static_cast<std::size_t>(pixels * s.out_channels) * sizeof(bfloat16));
  }
  run_epilogue_backward<true>(stream, args, result);
}

}  // namespace inkling::cuda
