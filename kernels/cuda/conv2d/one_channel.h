// Convolution of one input channel by 3 × 3 kernels, a network's first layer: nine FMAs per output
// are too few for a tile of a matrix product.
//
//   thread   eight output channels: their 72 weights (or weight gradients) in registers; runs of
//            four (two) pixels of a row, whose inputs it reads once. The eight results of a pixel
//            are stored by one access
//   block    256 threads: the channels × as many runs as fit, in a grid-stride loop
//
// Bound: memory. For LargerCNN's conv1 at batch 512 in bf16 the forward pass writes 51 MB, 11 µs of
// an H200's 4.8 TB/s (460 MFLOP are 7 µs of its 67 TFLOP/s); the gradients of weight and bias read
// y and dy, 103 MB, 21 µs.
//
// Test: script/test -R CudaConvolution. Time: bench-kernels (script/gpu).
#pragma once

#include "kernels/cuda/conv2d/channel_lanes.h"
#include "kernels/cuda/conv2d/operands.h"
#include "kernels/cuda/gemm/column_sum.h"

namespace inkling::cuda::one_channel {

inline constexpr int kSide = 3;  // of the kernel
inline constexpr int kTaps = kSide * kSide;
// Pixels of a run: as many as leave the sums in registers.
inline constexpr int kForwardRun = 4;
inline constexpr int kBackwardRun = 2;
inline constexpr int kChannels = kLaneChannels;

template <class T>
using ChannelVec = Vec<T, kChannels>;

template <class T>
bool supports(const Conv2dShape& s, const T* y, const T* dy) {
  return s.in_channels == 1 && s.kernel == kSide && s.stride == 1 &&
         s.out_channels % kChannels == 0 && s.out_channels <= kMaxLaneChannels &&
         is_vec_aligned<kChannels>(y) && is_vec_aligned<kChannels>(dy);
}

// The rows of output pixels in runs; a row's last run may be shorter.
template <int Length>
struct Runs {
  explicit Runs(const Conv2dShape& s)
      : grid(s.out_height(), ceil_divide(s.out_width(), Length)),
        count(static_cast<int>(s.batch) * grid.height * grid.width) {}

  PixelGrid grid;
  int count;
};

// The output pixels of a run, and the input under their taps; zeros out of bounds, and where only
// pixels beyond a short run would read.
template <class T, int Length>
struct Run {
  static constexpr int kColumns = Length + kSide - 1;

  int first_pixel;
  int pixels;
  float input[kSide][kColumns];

  __device__ Run(const ConvShape& shape, const Runs<Length>& runs, const T* x, int run) {
    const Pixel at = runs.grid.at(run);
    const int column = at.x * Length;
    first_pixel = shape.out.index_of({at.image, at.y, column});
    pixels = shape.out.width - column < Length ? shape.out.width - column : Length;
    const Pixel first{at.image, at.y - shape.padding, column - shape.padding};
    const T* const source = x + shape.in.index_of(first);
#pragma unroll
    for (int i = 0; i < kSide; ++i) {
#pragma unroll
      for (int j = 0; j < kColumns; ++j) {
        const bool in_bounds =
            shape.in.contains(first.y + i, first.x + j) && j < pixels + kSide - 1;
        input[i][j] = in_bounds ? to_float(source[i * shape.in.width + j]) : 0.0F;
      }
    }
  }
  __device__ float tap(int pixel, int tap) const { return input[tap / kSide][pixel + tap % kSide]; }
};

template <class T>
__global__ void __launch_bounds__(kThreads, 2)
    forward_kernel(ConvShape shape, Runs<kForwardRun> runs, bool has_relu, const T* x,
                   const T* weight, const float* bias, T* y) {
  const ThreadChannels work(shape.out_channels);
  if (work.idle) {
    return;
  }
  float weights[kTaps][kChannels];
  float shift[kChannels];
#pragma unroll
  for (int c = 0; c < kChannels; ++c) {
    shift[c] = bias != nullptr ? bias[work.channel + c] : 0.0F;
#pragma unroll
    for (int tap = 0; tap < kTaps; ++tap) {
      weights[tap][c] = to_float(weight[tap * shape.out_channels + work.channel + c]);
    }
  }
  for (int i = work.first_item(); i < runs.count; i += work.item_stride()) {
    const Run<T, kForwardRun> run(shape, runs, x, i);
    T* const result = y + static_cast<Index>(run.first_pixel) * shape.out_channels + work.channel;
#pragma unroll
    for (int pixel = 0; pixel < kForwardRun; ++pixel) {
      float sums[kChannels];
#pragma unroll
      for (int c = 0; c < kChannels; ++c) {
        sums[c] = shift[c];
#pragma unroll
        for (int tap = 0; tap < kTaps; ++tap) {
          sums[c] += run.tap(pixel, tap) * weights[tap][c];
        }
        sums[c] = has_relu ? relu(sums[c]) : sums[c];
      }
      if (pixel < run.pixels) {
        store_vec(result + static_cast<Index>(pixel) * shape.out_channels, sums);
      }
    }
  }
}

// Each block's partial sums: dweight [blocks, 9, channels] and dbias [blocks, channels]. gate: y
// with a ReLU epilogue, else null.
template <class T>
__global__ void __launch_bounds__(kThreads, 2)
    backward_kernel(ConvShape shape, Runs<kBackwardRun> runs, const T* x, const T* gate,
                    const T* dy, float* dweight, float* dbias) {
  const int channels = shape.out_channels;
  const ThreadChannels work(channels);
  float dweights[kTaps][kChannels] = {};
  float dbiases[kChannels] = {};
  for (int i = work.idle ? runs.count : work.first_item(); i < runs.count;
       i += work.item_stride()) {
    const Run<T, kBackwardRun> run(shape, runs, x, i);
    const Index first = static_cast<Index>(run.first_pixel) * channels + work.channel;
#pragma unroll
    for (int pixel = 0; pixel < kBackwardRun; ++pixel) {
      // Beyond the row's end the first pixel once more, which does not count.
      const bool counts = pixel < run.pixels;
      const Index offset = first + (counts ? pixel : 0) * channels;
      const auto gradient = load_vec(reinterpret_cast<const ChannelVec<T>*>(dy + offset));
      const auto gates =
          load_vec(reinterpret_cast<const ChannelVec<T>*>((gate != nullptr ? gate : dy) + offset));
#pragma unroll
      for (int c = 0; c < kChannels; ++c) {
        const float dy_value = to_float(gradient.values[c]);
        const float passed =
            gate == nullptr ? dy_value : relu_gradient(to_float(gates.values[c]), dy_value);
        const float value = counts ? passed : 0.0F;
        dbiases[c] += value;
#pragma unroll
        for (int tap = 0; tap < kTaps; ++tap) {
          dweights[tap][c] += value * run.tap(pixel, tap);
        }
      }
    }
  }
#pragma unroll
  for (int tap = 0; tap < kTaps; ++tap) {
    add_lanes(work, channels, dweights[tap],
              dweight + (static_cast<Index>(blockIdx.x) * kTaps + tap) * channels);
  }
  add_lanes(work, channels, dbiases, dbias + static_cast<Index>(blockIdx.x) * channels);
}

// Two blocks per multiprocessor; each loops over many runs.
inline unsigned block_count(const Context& context, const Conv2dShape& s, int runs) {
  return lane_blocks(context, s.out_channels, runs, 2);
}

template <class T>
void forward(const Stream& stream, const Conv2dForward<T>& args) {
  const Context& context = context_of(stream);
  const Runs<kForwardRun> runs(args.shape);
  launch(forward_kernel<T>, {dim3(block_count(context, args.shape, runs.count)), dim3(kThreads)},
         context.stream, ConvShape(args.shape), runs, args.epilogue == Epilogue::relu, args.x,
         args.weight, args.bias, args.y);
}

// The gradients of weight and bias.
template <class T>
void backward(const Stream& stream, const Conv2dBackward<T>& args) {
  const Context& context = context_of(stream);
  const Index channels = args.shape.out_channels;
  const Runs<kBackwardRun> runs(args.shape);
  const unsigned blocks = block_count(context, args.shape, runs.count);
  const Scratch<float> dweight(stream, blocks * kTaps * channels);
  const Scratch<float> dbias(stream, blocks * channels);
  launch(backward_kernel<T>, {dim3(blocks), dim3(kThreads), kLaneSumBytes}, context.stream,
         ConvShape(args.shape), runs, args.x, args.epilogue == Epilogue::relu ? args.y : nullptr,
         args.dy, dweight.data(), dbias.data());
  if (args.dweight != nullptr) {
    column_sums::run<float>(stream, blocks, kTaps * channels, 1, dweight.data(), nullptr,
                            args.dweight);
  }
  if (args.dbias != nullptr) {
    column_sums::run<float>(stream, blocks, channels, 1, dbias.data(), nullptr, args.dbias);
  }
}

}  // namespace inkling::cuda::one_channel
