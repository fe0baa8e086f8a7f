// How the threads of a block share the channels of pixels, eight channels to a thread, and how they
// add up what belongs to a channel: for kernels whose every thread keeps its channels.
#pragma once

#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {

inline constexpr int kLaneChannels = 8;                            // per thread
inline constexpr int kMaxLaneChannels = kLaneChannels * kThreads;  // per block

// A thread's channels. A lane is the threads of one pixel, all its channels: at most
// kMaxLaneChannels, a multiple of eight.
struct ThreadChannels {
  int channel;  // the first of eight
  int lane;
  int lanes;  // per block
  bool idle;  // beyond the last whole lane

  __device__ explicit ThreadChannels(int channels) {
    const int groups = channels / kLaneChannels;
    const int thread = static_cast<int>(threadIdx.x);
    channel = thread % groups * kLaneChannels;
    lane = thread / groups;
    lanes = kThreads / groups;
    idle = lane >= lanes;
  }
  // A grid-stride loop of the lanes over items (pixels, windows, …).
  __device__ int first_item() const { return static_cast<int>(blockIdx.x) * lanes + lane; }
  __device__ int item_stride() const { return static_cast<int>(gridDim.x) * lanes; }
};

// Blocks of kThreads for such a loop: at most `per_multiprocessor` for each.
inline unsigned lane_blocks(const Context& context, Index channels, Index items,
                            int per_multiprocessor) {
  const Index lanes = kThreads / (channels / kLaneChannels);
  return static_cast<unsigned>(std::clamp<Index>(
      ceil_divide(items, lanes), 1, Index{per_multiprocessor} * context.multiprocessors));
}

inline constexpr std::size_t kLaneSumBytes = kThreads * kLaneChannels * sizeof(float);

// sums[channel] = the lanes' values, added in order. Called by the whole block, which has
// kLaneSumBytes of shared memory.
__device__ inline void add_lanes(const ThreadChannels& work, int channels,
                                 const float (&values)[kLaneChannels], float* sums) {
  auto* const lane_values = reinterpret_cast<float*>(shared_memory());  // [lanes, channels]
  __syncthreads();  // every thread has read the values of the last call
#pragma unroll
  for (int c = 0; c < kLaneChannels; ++c) {
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

}  // namespace inkling::cuda
