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

// Where a run's output pixels are.
template <int Length>
struct RunPlace {
  int image;
  int y;
  int column;
  int first_pixel;
  int pixels;

  __device__ RunPlace(const ConvShape& shape, const Runs<Length>& runs, int run) {
    const Pixel at = runs.grid.at(run);
    image = at.image;
    y = at.y;
    column = at.x * Length;
    first_pixel = shape.out.index_of({image, y, column});
    pixels = shape.out.width - column < Length ? shape.out.width - column : Length;
  }
};

// The input under a run's taps; zeros out of bounds, and where only pixels beyond a short run would
// read.
template <class T, int Length>
struct RunInput {
  static constexpr int kColumns = Length + kSide - 1;

  float input[kSide][kColumns];

  __device__ RunInput(const ConvShape& shape, const T* x, const RunPlace<Length>& place) {
    const Pixel first{place.image, place.y - shape.padding, place.column - shape.padding};
    const T* const source = x + shape.in.index_of(first);
#pragma unroll
    for (int i = 0; i < kSide; ++i) {
#pragma unroll
      for (int j = 0; j < kColumns; ++j) {
        const bool in_bounds =
            shape.in.contains(first.y + i, first.x + j) && j < place.pixels + kSide - 1;
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
    const RunPlace<kForwardRun> place(shape, runs, i);
    const RunInput<T, kForwardRun> input(shape, x, place);
    T* const result = y + static_cast<Index>(place.first_pixel) * shape.out_channels + work.channel;
#pragma unroll
    for (int pixel = 0; pixel < kForwardRun; ++pixel) {
      float sums[kChannels];
#pragma unroll
      for (int c = 0; c < kChannels; ++c) {
        sums[c] = shift[c];
#pragma unroll
        for (int tap = 0; tap < kTaps; ++tap) {
          sums[c] += input.tap(pixel, tap) * weights[tap][c];
        }
        sums[c] = has_relu ? relu(sums[c]) : sums[c];
      }
      if (pixel < place.pixels) {
        store_vec(result + static_cast<Index>(pixel) * shape.out_channels, sums);
      }
    }
  }
}

// What a thread reads of dy and of the gate at its runs' pixels, zeros beyond the end of a row:
// some runs ahead, by cp.async into shared memory that is the thread's own, so that no barrier is
// needed.
template <class T>
class AsyncGradients {
 public:
  static constexpr int kAhead = 4;  // runs
  static constexpr std::size_t kBytes =
      std::size_t{kAhead + 1} * kBackwardRun * 2 * sizeof(ChannelVec<T>) * kThreads;

  __device__ static void begin(int slot, const T* dy, const T* gate, int pixels, int channels) {
#pragma unroll
    for (int pixel = 0; pixel < kBackwardRun; ++pixel) {
      copy(place(slot, pixel, 0), dy + pixel * channels, pixel < pixels);
      copy(place(slot, pixel, 1), gate + pixel * channels, pixel < pixels);
    }
  }
  __device__ static ChannelVec<T> dy(int slot, int pixel) { return read(place(slot, pixel, 0)); }
  __device__ static ChannelVec<T> gate(int slot, int pixel) { return read(place(slot, pixel, 1)); }

 private:
  using Access = Vec<std::uint32_t, 4>;
  static constexpr int kAccesses = static_cast<int>(sizeof(ChannelVec<T>) / sizeof(Access));

  // [slot, pixel, dy or gate, access, thread]
  __device__ static Access* place(int slot, int pixel, int which) {
    const int row = ((slot * kBackwardRun + pixel) * 2 + which) * kAccesses;
    return reinterpret_cast<Access*>(shared_memory()) + row * kThreads + threadIdx.x;
  }
  __device__ static void copy(Access* target, const T* source, bool valid) {
#pragma unroll
    for (int i = 0; i < kAccesses; ++i) {
      cp_async_16<false>(target + i * kThreads, source + i * (kChannels / kAccesses), valid);
    }
  }
  __device__ static ChannelVec<T> read(const Access* source) {
    VecBits<ChannelVec<T>> bits;
#pragma unroll
    for (int i = 0; i < kAccesses; ++i) {
      const Access access = source[i * kThreads];
#pragma unroll
      for (int word = 0; word < 4; ++word) {
        bits.words[4 * i + word] = access.values[word];
      }
    }
    return std::bit_cast<ChannelVec<T>>(bits);
  }
};

// The same for cards before sm_80: loaded when it is needed.
template <class T>
class DirectGradients {
 public:
  static constexpr int kAhead = 0;
  static constexpr std::size_t kBytes = kLaneSumBytes;

  __device__ void begin(int /*slot*/, const T* dy, const T* gate, int pixels, int channels) {
#pragma unroll
    for (int pixel = 0; pixel < kBackwardRun; ++pixel) {
      dy_[pixel] = load(dy + pixel * channels, pixel < pixels);
      gate_[pixel] = load(gate + pixel * channels, pixel < pixels);
    }
  }
  __device__ const ChannelVec<T>& dy(int /*slot*/, int pixel) const { return dy_[pixel]; }
  __device__ const ChannelVec<T>& gate(int /*slot*/, int pixel) const { return gate_[pixel]; }

 private:
  __device__ static ChannelVec<T> load(const T* source, bool valid) {
    return valid ? load_vec(reinterpret_cast<const ChannelVec<T>*>(source)) : ChannelVec<T>{};
  }

  ChannelVec<T> dy_[kBackwardRun];
  ChannelVec<T> gate_[kBackwardRun];
};

// Each block's partial sums: dweight [blocks, 9, channels] and dbias [blocks, channels]. gate: y
// with a ReLU epilogue, else null.
template <class T, template <class> class Gradients>
__global__ void __launch_bounds__(kThreads, 1)
    backward_kernel(ConvShape shape, Runs<kBackwardRun> runs, const T* x, const T* gate,
                    const T* dy, float* dweight, float* dbias) {
  const int channels = shape.out_channels;
  const ThreadChannels work(channels);
  float dweights[kTaps][kChannels] = {};
  float dbiases[kChannels] = {};
  Gradients<T> gradients;
  constexpr int kAhead = Gradients<T>::kAhead;
  const int end = work.idle ? 0 : runs.count;
  const auto begin = [&](int slot, int run) {
    if (run < end) {
      const RunPlace<kBackwardRun> place(shape, runs, run);
      const Index first = static_cast<Index>(place.first_pixel) * channels + work.channel;
      gradients.begin(slot, dy + first, (gate != nullptr ? gate : dy) + first, place.pixels,
                      channels);
    }
    if constexpr (kAhead > 0) {
      cp_async_commit();
    }
  };
  for (int ahead = 0; ahead < kAhead; ++ahead) {
    begin(ahead, work.first_item() + ahead * work.item_stride());
  }
  int slot = 0;
  for (int i = work.first_item(); i < end; i += work.item_stride()) {
    begin(slot == 0 ? kAhead : slot - 1, i + kAhead * work.item_stride());
    const RunInput<T, kBackwardRun> input(shape, x, RunPlace<kBackwardRun>(shape, runs, i));
    if constexpr (kAhead > 0) {
      cp_async_wait<kAhead>();
    }
#pragma unroll
    for (int pixel = 0; pixel < kBackwardRun; ++pixel) {
      const ChannelVec<T> gradient = gradients.dy(slot, pixel);
      const ChannelVec<T> gates = gradients.gate(slot, pixel);
#pragma unroll
      for (int c = 0; c < kChannels; ++c) {
        const float dy_value = to_float(gradient.values[c]);
        const float value =
            gate == nullptr ? dy_value : relu_gradient(to_float(gates.values[c]), dy_value);
        dbiases[c] += value;
#pragma unroll
        for (int tap = 0; tap < kTaps; ++tap) {
          dweights[tap][c] += value * input.tap(pixel, tap);
        }
      }
    }
    slot = slot < kAhead ? slot + 1 : 0;
  }
  if constexpr (kAhead > 0) {
    cp_async_wait<0>();
  }
#pragma unroll
  for (int tap = 0; tap < kTaps; ++tap) {
    add_lanes(work, channels, dweights[tap],
              dweight + (static_cast<Index>(blockIdx.x) * kTaps + tap) * channels);
  }
  add_lanes(work, channels, dbiases, dbias + static_cast<Index>(blockIdx.x) * channels);
}

template <class T>
void forward(const Stream& stream, const Conv2dForward<T>& args) {
  const Context& context = context_of(stream);
  const Runs<kForwardRun> runs(args.shape);
  launch(forward_kernel<T>,
         {dim3(lane_blocks(context, args.shape.out_channels, runs.count, 2)), dim3(kThreads)},
         context.stream, ConvShape(args.shape), runs, args.epilogue == Epilogue::relu, args.x,
         args.weight, args.bias, args.y);
}

// The gradients of weight and bias.
template <class T>
void backward(const Stream& stream, const Conv2dBackward<T>& args) {
  const Context& context = context_of(stream);
  const Index channels = args.shape.out_channels;
  const Runs<kBackwardRun> runs(args.shape);
  const unsigned blocks = lane_blocks(context, channels, runs.count, 1);
  const Scratch<float> dweight(stream, blocks * kTaps * channels);
  const Scratch<float> dbias(stream, blocks * channels);
  const auto launch_with = [&](auto* kernel, std::size_t shared_bytes) {
    launch(kernel, {dim3(blocks), dim3(kThreads), shared_bytes}, context.stream,
           ConvShape(args.shape), runs, args.x, args.epilogue == Epilogue::relu ? args.y : nullptr,
           args.dy, dweight.data(), dbias.data());
  };
  if (context.capability >= 80) {
    launch_with(backward_kernel<T, AsyncGradients>, AsyncGradients<T>::kBytes);
  } else {
    launch_with(backward_kernel<T, DirectGradients>, DirectGradients<T>::kBytes);
  }
  if (args.dweight != nullptr) {
    column_sums::run<float>(stream, blocks, kTaps * channels, 1, dweight.data(), nullptr,
                            args.dweight);
  }
  if (args.dbias != nullptr) {
    column_sums::run<float>(stream, blocks, channels, 1, dbias.data(), nullptr, args.dbias);
  }
}

}  // namespace inkling::cuda::one_channel
