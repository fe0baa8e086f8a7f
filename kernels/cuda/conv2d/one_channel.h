// Convolution of one input channel by 3 × 3 kernels, a network's first layer: nine FMAs per output
// are too few for a tile of a matrix product.
//
//   thread   eight output channels: their 72 weights (or weight gradients) in registers, the eight
//            results of a pixel stored by one access
//   block    256 threads: the channels × as many pixels as fit, in a grid-stride loop
//
// Bound: memory. For LargerCNN's conv1 at batch 512 in bf16 the forward pass writes 51 MB, 11 µs of
// an H200's 4.8 TB/s (460 MFLOP are 7 µs of its 67 TFLOP/s); the gradients of weight and bias read
// y and dy, 103 MB, 21 µs.
//
// Test: script/test -R CudaConvolution. Time: bench-kernels (script/gpu).
#pragma once

#include "kernels/cuda/conv2d/operands.h"
#include "kernels/cuda/gemm/column_sum.h"

namespace inkling::cuda::one_channel {

inline constexpr int kTaps = 9;
inline constexpr int kChannels = 8;  // per thread

template <class T>
using ChannelVec = Vec<T, kChannels>;

template <class T>
bool supports(const Conv2dShape& s, const T* y, const T* dy) {
  return s.in_channels == 1 && s.kernel == 3 && s.out_channels % kChannels == 0 &&
         s.out_channels <= kChannels * kThreads && is_vec_aligned<kChannels>(y) &&
         is_vec_aligned<kChannels>(dy);
}

// A thread's channels and pixels. A lane is the threads of one pixel, all its channels.
struct ThreadWork {
  int channel;
  int lane;
  int lanes;  // per block
  bool idle;  // beyond the last whole lane

  __device__ explicit ThreadWork(int out_channels) {
    const int groups = out_channels / kChannels;
    const int thread = static_cast<int>(threadIdx.x);
    channel = thread % groups * kChannels;
    lane = thread / groups;
    lanes = kThreads / groups;
    idle = lane >= lanes;
  }
  __device__ int first_pixel() const { return static_cast<int>(blockIdx.x) * lanes + lane; }
  __device__ int pixel_stride() const { return static_cast<int>(gridDim.x) * lanes; }
};

// The input under the nine taps of an output pixel, zeros out of bounds.
template <class T>
__device__ void read_taps(const ConvShape& shape, const T* x, int pixel, float (&taps)[kTaps]) {
  const Pixel output = shape.out.at(pixel);
  const int y = output.y * shape.stride - shape.padding;
  const int column = output.x * shape.stride - shape.padding;
  const Index first = shape.in.index_of({output.image, y, column});
#pragma unroll
  for (int tap = 0; tap < kTaps; ++tap) {
    const bool in_bounds = shape.in.contains(y + tap / 3, column + tap % 3);
    taps[tap] = in_bounds ? to_float(x[first + tap / 3 * shape.in.width + tap % 3]) : 0.0F;
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    forward_kernel(ConvShape shape, int pixels, bool has_relu, const T* x, const T* weight,
                   const float* bias, T* y) {
  const ThreadWork work(shape.out_channels);
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
  float taps[kTaps];
  read_taps(shape, x, work.first_pixel() < pixels ? work.first_pixel() : 0, taps);
  for (int pixel = work.first_pixel(); pixel < pixels; pixel += work.pixel_stride()) {
    // The next pixel's loads run while this one's sums are computed.
    const int next = pixel + work.pixel_stride();
    float next_taps[kTaps];
    read_taps(shape, x, next < pixels ? next : pixel, next_taps);
    float sums[kChannels];
#pragma unroll
    for (int c = 0; c < kChannels; ++c) {
      sums[c] = shift[c];
#pragma unroll
      for (int tap = 0; tap < kTaps; ++tap) {
        sums[c] += taps[tap] * weights[tap][c];
      }
      sums[c] = has_relu ? relu(sums[c]) : sums[c];
    }
    const Index offset = static_cast<Index>(pixel) * shape.out_channels + work.channel;
    store_vec(y + offset, sums);
#pragma unroll
    for (int tap = 0; tap < kTaps; ++tap) {
      taps[tap] = next_taps[tap];
    }
  }
}

// sums[channel] = the lanes' values, added in order. Called by the whole block.
__device__ inline void add_lanes(const ThreadWork& work, int channels,
                                 const float (&values)[kChannels], float* sums) {
  auto* const lane_values = reinterpret_cast<float*>(shared_memory());  // [lanes, channels]
  __syncthreads();  // every thread has read the values of the last call
#pragma unroll
  for (int c = 0; c < kChannels; ++c) {
    if (!work.idle) {
      lane_values[work.lane * channels + work.channel + c] = values[c];
    }
  }
  __syncthreads();
  for (int channel = static_cast<int>(threadIdx.x); channel < channels; channel += kThreads) {
    float sum = 0;
    for (int lane = 0; lane < work.lanes; ++lane) {
      sum += lane_values[lane * channels + channel];
    }
    sums[channel] = sum;
  }
}

// Each block's partial sums: dweight [blocks, 9, channels] and dbias [blocks, channels]. gate: y
// with a ReLU epilogue, else null.
template <class T>
__global__ void __launch_bounds__(kThreads)
    backward_kernel(ConvShape shape, int pixels, const T* x, const T* gate, const T* dy,
                    float* dweight, float* dbias) {
  const int channels = shape.out_channels;
  const ThreadWork work(channels);
  float dweights[kTaps][kChannels] = {};
  float dbiases[kChannels] = {};
  for (int pixel = work.idle ? pixels : work.first_pixel(); pixel < pixels;
       pixel += work.pixel_stride()) {
    float taps[kTaps];
    read_taps(shape, x, pixel, taps);
    const Index offset = static_cast<Index>(pixel) * channels + work.channel;
    const auto gradient = *reinterpret_cast<const ChannelVec<T>*>(dy + offset);
    const auto gates =
        *reinterpret_cast<const ChannelVec<T>*>((gate != nullptr ? gate : dy) + offset);
#pragma unroll
    for (int c = 0; c < kChannels; ++c) {
      const float dy_value = to_float(gradient.values[c]);
      const float value =
          gate == nullptr ? dy_value : relu_gradient(to_float(gates.values[c]), dy_value);
      dbiases[c] += value;
#pragma unroll
      for (int tap = 0; tap < kTaps; ++tap) {
        dweights[tap][c] += value * taps[tap];
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

// Two blocks per multiprocessor; each loops over many pixels.
inline unsigned block_count(const Context& context, const Conv2dShape& s, Index pixels) {
  const Index lanes = kThreads / (s.out_channels / kChannels);
  return static_cast<unsigned>(
      std::clamp<Index>(ceil_divide(pixels, lanes), 1, Index{2} * context.multiprocessors));
}

template <class T>
void forward(const Stream& stream, const Conv2dForward<T>& args, int pixels) {
  const Context& context = context_of(stream);
  launch(forward_kernel<T>, {dim3(block_count(context, args.shape, pixels)), dim3(kThreads)},
         context.stream, ConvShape(args.shape), pixels, args.epilogue == Epilogue::relu, args.x,
         args.weight, args.bias, args.y);
}

// The gradients of weight and bias.
template <class T>
void backward(const Stream& stream, const Conv2dBackward<T>& args, int pixels) {
  const Context& context = context_of(stream);
  const Index channels = args.shape.out_channels;
  const unsigned blocks = block_count(context, args.shape, pixels);
  const Scratch<float> dweight(stream, blocks * kTaps * channels);
  const Scratch<float> dbias(stream, blocks * channels);
  launch(backward_kernel<T>, {dim3(blocks), dim3(kThreads), kThreads * kChannels * sizeof(float)},
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
