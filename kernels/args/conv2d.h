// Arguments of the convolution kernels.
#pragma once

#include "kernels/types.h"

namespace inkling {

struct Conv2dShape {
  Index batch = 0;
  Index in_height = 0;
  Index in_width = 0;
  Index in_channels = 0;
  Index out_channels = 0;
  Index kernel = 0;  // square
  Index stride = 1;
  Index padding = 0;  // zeros on each side

  constexpr Index out_height() const { return (in_height + 2 * padding - kernel) / stride + 1; }
  constexpr Index out_width() const { return (in_width + 2 * padding - kernel) / stride + 1; }
  constexpr Index patch() const { return kernel * kernel * in_channels; }  // inputs of one output
};

// What a convolution kernel applies to its sums (after the bias). relu_pool is ReLU and then a 2×2
// max-pool of stride 2 (an odd last row or column is dropped).
enum class Epilogue : std::uint8_t { none, relu, relu_pool };

// The argmax of a 2×2 window (0..3, row-major, the first of equals) takes two bits, four channels a
// byte: channel c of pixel p is at bit 2 (c % 4) of byte p * packed_argmax_bytes(channels) + c / 4.
INKLING_HOST_DEVICE constexpr Index packed_argmax_bytes(Index channels) {
  return (channels + 3) / 4;
}
INKLING_HOST_DEVICE constexpr int unpack_argmax(const std::uint8_t* argmax, Index pixel,
                                                Index channels, Index channel) {
  return argmax[pixel * packed_argmax_bytes(channels) + channel / 4] >> 2 * (channel % 4) & 3;
}

template <class T>
struct Conv2dForward {
  Conv2dShape shape;
  Epilogue epilogue = Epilogue::none;
  const T* x = nullptr;            // [batch, in_height, in_width, in_channels]
  const T* weight = nullptr;       // [kernel, kernel, in_channels, out_channels]
  const Accum<T>* bias = nullptr;  // [out_channels], may be null
  T* y = nullptr;  // [batch, out_height, out_width, out_channels], halved sides when pooled
  // For relu_pool: [pixels of y, packed_argmax_bytes(out_channels)]; may be null. Unspecified where
  // y is 0.
  std::uint8_t* argmax = nullptr;
};

template <class T>
struct Conv2dBackward {
  Conv2dShape shape;
  Epilogue epilogue = Epilogue::none;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* y = nullptr;  // the forward result: where it is 0, ReLU's gradient is 0
  const std::uint8_t* argmax = nullptr;
  const T* dy = nullptr;  // gradient of y
  T* dx = nullptr;        // each of the three is written when it is not null
  Accum<T>* dweight = nullptr;
  Accum<T>* dbias = nullptr;
};

}  // namespace inkling
