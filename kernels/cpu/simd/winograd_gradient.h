// The gradients of a 3 × 3 convolution by Winograd's minimal filtering: the steps of its forward
// pass (winograd.h) transposed, in reverse order. With X the inputs of a tile, dY its results'
// gradient, V = Bᵀ X B and U = G W Gᵀ:
//
//   D = A dY Aᵀ                  winograd_transform_gradient(), an image at a time
//   V = Bᵀ X B                   winograd_transform_input(), an image at a time
//   dU = Σ over tiles Vᵀ D       winograd_multiply(), a position of 36 at a time, of several images
//   dV = D Uᵀ                    the same
//   dX = Σ over tiles B dV Bᵀ    winograd_input_gradient(), an image at a time
//   dW = Gᵀ dU G                 winograd_filter_gradient(), 32 output channels at a time
//
// Whoever calls them puts each on as many threads as it likes: calls for different images,
// positions or blocks write to different places.
#pragma once

#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu::simd {

// Weight: float, or bfloat16, which rounds U, V and D; sums are float32.
template <class Weight>
struct WinogradGradient {
  WinogradTiles tiles;    // of an image
  Index images = 0;       // multiplied together
  Index in_channels = 0;  // both are multiples of kColumnBlock
  Index out_channels = 0;
  Epilogue epilogue = Epilogue::none;
  // V: [36][rows / kRowsTogether][in_channels][kRowsTogether], of input_size() numbers; a row is a
  // tile of an image.
  Weight* inputs = nullptr;
  // D: [36][out_channels / 32][rows / kRowsTogether][32][kRowsTogether], of result_size() numbers;
  // and [36][out_channels / 32][rows][32], which in float32 is the same memory.
  Weight* results = nullptr;
  Weight* results_by_row = nullptr;
  // dV: [36][rows][in_channels], of input_size() numbers; in float32 it may take V's place.
  float* input_gradients = nullptr;
  // U: the transformed filters of the weight [3, 3, out_channels, in_channels], its channels
  // exchanged; null where dV is not wanted.
  const Weight* filters = nullptr;
  // dU: [out_channels / 32][36][in_channels][32]; null where it is not wanted.
  float* filter_gradients = nullptr;

  // An image's tiles, and what is missing to a multiple of kRowsTogether.
  constexpr Index rows_of_image() const {
    constexpr Index kTogether = kRowsTogether<Weight>;
    return (tiles.count() + kTogether - 1) / kTogether * kTogether;
  }
  constexpr Index rows() const { return images * rows_of_image(); }
  // Positions are a little further apart than their data: else the 36 stores of a transform would
  // fall on the same set of the L1 cache.
  constexpr Index input_position() const { return rows() * in_channels + kColumnBlock; }
  constexpr Index result_position() const { return rows() * out_channels + kColumnBlock; }
  constexpr Index input_size() const { return kWinogradPositions * input_position(); }
  constexpr Index result_size() const { return kWinogradPositions * result_position(); }
  constexpr Index filter_size() const { return kWinogradPositions * in_channels * out_channels; }
};

// An image's result and its gradient, with the epilogue: y and argmax as conv2d_forward() wrote
// them, null where the epilogue needs them not.
struct ResultGradient {
  const float* y = nullptr;
  const std::uint8_t* argmax = nullptr;
  const float* dy = nullptr;
};

// dW of 32 output channels.
struct WinogradFilterGradient {
  Index in_channels = 0;
  const float* transformed = nullptr;  // dU: [36][in_channels][32]
  float* dweight = nullptr;            // the first of them, of [3, 3, in_channels, out_channels]
  Index row = 0;                       // from input channel to input channel
};

// Weight: float, or bfloat16 (has_bf16()).
template <class Weight>
void winograd_transform_input(const WinogradGradient<Weight>& gradient, Index image,
                              const ImageView<const float>& padded_x);
// dbias [out_channels] is this image's gradient of the bias; may be null.
template <class Weight>
void winograd_transform_gradient(const WinogradGradient<Weight>& gradient, Index image,
                                 const ResultGradient& result, float* dbias);
// accumulate: dU += …, in place of dU = ….
template <class Weight>
void winograd_multiply(const WinogradGradient<Weight>& gradient, Index position, bool accumulate);
// padded_dx is zero and is added to.
template <class Weight>
void winograd_input_gradient(const WinogradGradient<Weight>& gradient, Index image,
                             const ImageView<float>& padded_dx);
void winograd_filter_gradient(const WinogradFilterGradient& gradient);

}  // namespace inkling::cpu::simd
