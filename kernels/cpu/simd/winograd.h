// 3 × 3 convolutions by Winograd's minimal filtering, compiled for each level of the processor like
// the products that they consist of (product.h). Thread-safe; nothing is allocated.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/args/conv2d.h"
#include "kernels/cpu/simd/product.h"

namespace inkling::cpu::simd {

// An image in a buffer: pixel (y, x) is at data + y · row + x · channels.
template <class T>
struct ImageView {
  T* data = nullptr;
  Index row = 0;
};

// Tiles of 4 × 4 results and 6 × 6 inputs, 36 numbers of each channel after their transforms:
// F(4 × 4, 3 × 3) (Lavin and Gray 2015) with the points 0, ±1/√2, ±√2, ∞ (Barabasz et al. 2018: the
// smallest error). 36 products of [tiles, in_channels] by [in_channels, out_channels] take the
// place of 9 of [16 tiles, …].
inline constexpr Index kWinogradPositions = 36;
inline constexpr Index kWinogradChannels = 16;  // in_channels and out_channels are multiples of it

// The gradients' tiles, all of one size.
struct WinogradTiles {
  static constexpr Index kTile = 4;  // results of a tile, along each side

  Index height = 0;  // of the result, before the pool
  Index width = 0;

  constexpr Index down() const { return (height + kTile - 1) / kTile; }
  constexpr Index across() const { return (width + kTile - 1) / kTile; }
  constexpr Index count() const { return down() * across(); }
  // Of a tile's first result, and of its first input in the padded image.
  constexpr Index first_row(Index tile) const { return tile / across() * kTile; }
  constexpr Index first_column(Index tile) const { return tile % across() * kTile; }
  // The input with its padding, and with as much more below and at the right as the last tiles'
  // 6 × 6 inputs reach.
  constexpr Index padded_height() const { return kTile * down() + 2; }
  constexpr Index padded_width() const { return kTile * across() + 2; }
};

// The forward pass's: where 4 divides a side but for 1 or 2 results, the last tile takes 2 of them.
// F(2, 3) with the points 0, ±√2, ∞ needs only what F(4, 3) has already computed of the filters for
// these points: 4 of its 6 positions. So 14 × 14 results are 484 products in place of 576.
struct MixedWinogradTiles {
  Index height = 0;  // of the result, before the pool
  Index width = 0;

  static constexpr Index full(Index results) { return (results + 1) / 4; }  // tiles along a side
  static constexpr Index half(Index results) { return 4 * full(results) < results ? 1 : 0; }
  // The input with its padding, and as much more as the last tiles' inputs reach.
  static constexpr Index padded(Index results) { return 4 * full(results) + 2 * half(results) + 2; }
  constexpr Index padded_height() const { return padded(height); }
  constexpr Index padded_width() const { return padded(width); }

  constexpr Index count() const {
    return (full(height) + half(height)) * (full(width) + half(width));
  }
  // Tiles come in this order, so that those which have a position are neighbors: half a tile wide,
  // full ones, half a tile high, and the one which is both.
  constexpr Index first_full() const { return full(height) * half(width); }
  constexpr Index first_half_down() const { return first_full() + full(height) * full(width); }
  constexpr Index corner() const { return first_half_down() + half(height) * full(width); }
};

// A weight [3, 3, in_channels, out_channels], or some of the output channels of a wider one.
struct WinogradFilters {
  Index in_channels = 0;
  Index out_channels = 0;
  const float* weight = nullptr;
  Index row = 0;  // from input channel to input channel
};

// The transformed filters: for each block of 32 output channels 36 packed matrices, [in, 32], one
// after the other, zeros beyond out_channels.
template <class Weight>
void winograd_filters(const WinogradFilters& filters, Weight* result);

// So many steps do transformed inputs and filters in int16 have up to their largest: sums of
// in_channels products then fit 32 bits.
inline float int16_steps(Index in_channels) {
  return std::min(32767.0F,
                  std::floor(std::sqrt(2147483647.0F / static_cast<float>(in_channels)) - 0.01F));
}

// A 3 × 3 convolution of stride 1. Weight: float; or, to which the transformed filters and inputs
// are rounded, bfloat16 (has_bf16(); sums are float32) or int16 (has_int16()).
template <class Weight>
struct WinogradConv {
  MixedWinogradTiles tiles;
  Index in_channels = 0;
  Index out_channels = 0;
  Epilogue epilogue = Epilogue::none;
  const Weight* filters = nullptr;  // transformed
  // Of int16 alone: what 1 of an output channel's filters stands for, [out_channels / 32][36][32].
  const float* filter_scales = nullptr;
  const float* bias = nullptr;  // [padded_columns(out_channels)], or null

  // Its transformed inputs, [36][tiles][in_channels], and the products of a block of 32 channels,
  // [36][tiles][32]. Positions are a little further apart than their data: else the 36 stores of a
  // transform would fall on the same set of the L1 cache.
  constexpr Index input_position() const { return tiles.count() * in_channels + kColumnBlock; }
  constexpr Index product_position() const { return (tiles.count() + 1) * kColumnBlock; }
  constexpr Index input_size() const { return kWinogradPositions * input_position(); }
  constexpr Index product_size() const { return kWinogradPositions * product_position(); }
};

// Transformed inputs: [input_size()] of a WinogradConv.
template <class Weight>
struct WinogradInputs {
  Weight* values = nullptr;
  // Of int16 alone: largest_magnitude() of the image / int16_steps().
  float step = 0;
};

// Its two stages, for whoever divides them among threads: the input channels [first, end),
// multiples of kWinogradChannels; then, from all of them, the 32 output channels from `block` on.
// x: the padded input, padded_height() × padded_width(): its data are the padding's first pixel,
// and what lies beyond the image is zero. y: the result, pooled or not; argmax: of the pool, packed
// (kernels/args/conv2d.h), or null. products: [product_size()], of each thread its own.
template <class Weight>
void winograd_inputs(const WinogradConv<Weight>& conv, const ImageView<const float>& x, Index first,
                     Index end, const WinogradInputs<Weight>& inputs);
template <class Weight>
void winograd_block(const WinogradConv<Weight>& conv, const WinogradInputs<Weight>& inputs,
                    Index block, const ImageView<float>& y, std::uint8_t* argmax, float* products);

// One after the other.
template <class Weight>
void winograd(const WinogradConv<Weight>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, std::uint8_t* argmax, const WinogradInputs<Weight>& inputs,
              float* products) {
  winograd_inputs(conv, x, 0, conv.in_channels, inputs);
  for (Index block = 0; block < conv.out_channels; block += kColumnBlock) {
    winograd_block(conv, inputs, block, y, argmax, products);
  }
}

}  // namespace inkling::cpu::simd
