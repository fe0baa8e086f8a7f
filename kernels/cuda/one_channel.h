// Convolution of pictures of one channel by 3 × 3 kernels, a network's first layer: nine
// multiplications an output are too few for a tile of a matrix product. A thread keeps the weights
// (or their gradients) of eight output channels in registers and walks over pixels; its eight
// results are one access. Bound by memory: for LargerCNN's conv1 at batch 512 in bf16 the forward
// pass writes 51 MB, 11 µs of an H200's 4.8 TB/s (and 460 MFLOP, 7 µs of its 67 TFLOP/s); the
// gradients of weight and bias read y and its gradient, 103 MB, 21 µs.
#pragma once

#include "kernels/cuda/column_sum.h"
#include "kernels/cuda/conv2d_operands.h"

namespace inkling::cuda::one_channel {

inline constexpr int kTaps = 9;
inline constexpr int kChannels = 8;  // a thread

template <class T>
struct alignas(16) Eight {
  T channel[kChannels];
};

template <class T>
bool suits(const Conv2dShape& s, const T* y, const T* dy) {
  const auto aligned = [](const T* values) {
    return reinterpret_cast<std::uintptr_t>(values) % alignof(Eight<T>) == 0;
  };
  return s.in_channels == 1 && s.kernel == 3 && s.out_channels % kChannels == 0 &&
         s.out_channels <= kChannels * kThreads && aligned(y) && aligned(dy);
}

// A thread's channels, and its pixels: `lane`, `lane` + all lanes, …
struct Share {
  int channel;
  int lane;
  int lanes;  // of a block
  bool idle;  // beyond the last whole lane

  __device__ explicit Share(int out_channels) {
    const int groups = out_channels / kChannels;
    const int thread = static_cast<int>(threadIdx.x);
    channel = thread % groups * kChannels;
    lane = thread / groups;
    lanes = kThreads / groups;
    idle = lane >= lanes;
  }
  __device__ int first() const { return static_cast<int>(blockIdx.x) * lanes + lane; }
  __device__ int step() const { return static_cast<int>(gridDim.x) * lanes; }
};

// The nine pixels around an output pixel, zeros outside of the image.
template <class T>
__device__ void read_taps(const ConvShape& shape, const T* x, int pixel, float (&taps)[kTaps]) {
  const Pixel place = shape.out.at(pixel);
  const int y = place.y * shape.stride - shape.padding;
  const int column = place.x * shape.stride - shape.padding;
  const Index first = shape.in.index_of({place.image, y, column});
#pragma unroll
  for (int tap = 0; tap < kTaps; ++tap) {
    const bool inside = shape.in.contains(y + tap / 3, column + tap % 3);
    taps[tap] = inside ? to_float(x[first + tap / 3 * shape.in.width + tap % 3]) : 0.0F;
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    forward_kernel(ConvShape shape, int pixels, bool relu, const T* x, const T* weight,
                   const float* bias, T* y) {
  const Share share(shape.out_channels);
  if (share.idle) {
    return;
  }
  float weights[kTaps][kChannels];
  float shift[kChannels];
#pragma unroll
  for (int c = 0; c < kChannels; ++c) {
    shift[c] = bias != nullptr ? bias[share.channel + c] : 0.0F;
#pragma unroll
    for (int tap = 0; tap < kTaps; ++tap) {
      weights[tap][c] = to_float(weight[tap * shape.out_channels + share.channel + c]);
    }
  }
  for (int pixel = share.first(); pixel < pixels; pixel += share.step()) {
    float taps[kTaps];
    read_taps(shape, x, pixel, taps);
    Eight<T> result;
#pragma unroll
    for (int c = 0; c < kChannels; ++c) {
      float sum = shift[c];
#pragma unroll
      for (int tap = 0; tap < kTaps; ++tap) {
        sum += taps[tap] * weights[tap][c];
      }
      store(result.channel[c], relu && sum <= 0.0F ? 0.0F : sum);
    }
    const Index to = static_cast<Index>(pixel) * shape.out_channels + share.channel;
    *reinterpret_cast<Eight<T>*>(y + to) = result;
  }
}

// sums[channel] = the lanes' values, added in order; every thread of the block calls this.
__device__ inline void add_lanes(const Share& share, int channels, const float (&values)[kChannels],
                                 float* sums) {
  auto* const of_lanes = reinterpret_cast<float*>(shared_memory());  // [lanes, channels]
  __syncthreads();  // everyone has read what was there before
#pragma unroll
  for (int c = 0; c < kChannels; ++c) {
    if (!share.idle) {
      of_lanes[share.lane * channels + share.channel + c] = values[c];
    }
  }
  __syncthreads();
  for (int channel = static_cast<int>(threadIdx.x); channel < channels; channel += kThreads) {
    float sum = 0;
    for (int lane = 0; lane < share.lanes; ++lane) {
      sum += of_lanes[lane * channels + channel];
    }
    sums[channel] = sum;
  }
}

// Each block's sums: dweight [blocks, 9, channels] and dbias [blocks, channels]. Gate: y, where
// ReLU follows.
template <class T>
__global__ void __launch_bounds__(kThreads)
    gradients_kernel(ConvShape shape, int pixels, const T* x, const T* gate, const T* dy,
                     float* dweight, float* dbias) {
  const int channels = shape.out_channels;
  const Share share(channels);
  float dweights[kTaps][kChannels] = {};
  float dbiases[kChannels] = {};
  for (int pixel = share.idle ? pixels : share.first(); pixel < pixels; pixel += share.step()) {
    float taps[kTaps];
    read_taps(shape, x, pixel, taps);
    const Index from = static_cast<Index>(pixel) * channels + share.channel;
    const auto gradient = *reinterpret_cast<const Eight<T>*>(dy + from);
    const auto passed = *reinterpret_cast<const Eight<T>*>((gate != nullptr ? gate : dy) + from);
#pragma unroll
    for (int c = 0; c < kChannels; ++c) {
      const bool passes = gate == nullptr || to_float(passed.channel[c]) > 0.0F;
      const float value = passes ? to_float(gradient.channel[c]) : 0.0F;
      dbiases[c] += value;
#pragma unroll
      for (int tap = 0; tap < kTaps; ++tap) {
        dweights[tap][c] += value * taps[tap];
      }
    }
  }
#pragma unroll
  for (int tap = 0; tap < kTaps; ++tap) {
    add_lanes(share, channels, dweights[tap],
              dweight + (static_cast<Index>(blockIdx.x) * kTaps + tap) * channels);
  }
  add_lanes(share, channels, dbiases, dbias + static_cast<Index>(blockIdx.x) * channels);
}

// Two blocks a multiprocessor, of which each takes many pixels.
inline unsigned blocks_for(const Context& context, const Conv2dShape& s, Index pixels) {
  const Index lanes = kThreads / (s.out_channels / kChannels);
  return static_cast<unsigned>(
      std::clamp<Index>(ceil_divide(pixels, lanes), 1, Index{2} * context.multiprocessors));
}

template <class T>
void forward(const Stream& stream, const Conv2dForward<T>& args, int pixels) {
  const Context& context = context_of(stream);
  launch(forward_kernel<T>, {dim3(blocks_for(context, args.shape, pixels)), dim3(kThreads)},
         context.stream, ConvShape(args.shape), pixels, args.epilogue == Epilogue::relu, args.x,
         args.weight, args.bias, args.y);
}

// The gradients of weight and bias.
template <class T>
void gradients(const Stream& stream, const Conv2dBackward<T>& args, int pixels) {
  const Context& context = context_of(stream);
  const Index channels = args.shape.out_channels;
  const unsigned blocks = blocks_for(context, args.shape, pixels);
  const Scratch<float> dweight(stream, blocks * kTaps * channels);
  const Scratch<float> dbias(stream, blocks * channels);
  launch(gradients_kernel<T>, {dim3(blocks), dim3(kThreads), kThreads * kChannels * sizeof(float)},
         context.stream, ConvShape(args.shape), pixels, args.x,
         args.epilogue == Epilogue::relu ? args.y : nullptr, args.dy, dweight.data(), dbias.data());
  if (args.dweight != nullptr) {
    column_sums::run<float>(stream, blocks, kTaps * channels, 1, dweight.data(), nullptr,
                            args.dweight);
  }
  if (args.dbias != nullptr) {
    column_sums::run<float>(stream, blocks, channels, 1, dbias.data(), nullptr, args.dbias);
  }
}

}  // namespace inkling::cuda::one_channel
