// Kernels of a network frozen for serving: weights are packed once, sums stay in registers, nothing
// is allocated. Compiled for each level of the processor (kernels/cpu/instruction_level.h), with
// the compiler's vector types; thread-safe. Those of low precision exist where has_low_precision()
// says so; elsewhere they must not be called.
#pragma once

#include "kernels/args/conv2d.h"
#include "kernels/bfloat16.h"
#include "kernels/cpu/instruction_level.h"

namespace inkling::cpu::inference {

// A packed matrix [k, n] is blocks of 32 columns, each [k, 32], zeros beyond n: a kernel reads it
// from the first to the last number, whatever its vectors' width. In low precision neighboring rows
// of a column come together: [k / 2, 32, 2] in bf16, [k / 4, 32, 4] in int8.
inline constexpr Index kColumnBlock = 32;
constexpr Index padded_columns(Index n) {
  return (n + kColumnBlock - 1) / kColumnBlock * kColumnBlock;
}

// Rows of a packed matrix that one instruction multiplies, side by side: k is a multiple of it.
template <class Weight>
inline constexpr Index kRowsTogether = 1;  // float
template <>
inline constexpr Index kRowsTogether<bfloat16> = 2;
template <>
inline constexpr Index kRowsTogether<std::int8_t> = 4;

constexpr Index packed_size(Index k, Index n) { return k * padded_columns(n); }

// Where element (row, column) of a matrix [k, n] lies in its packed form.
template <class Weight = float>
constexpr Index packed_index(Index k, Index row, Index column) {
  constexpr Index kRows = kRowsTogether<Weight>;
  return column / kColumnBlock * kColumnBlock * k + row / kRows * kRows * kColumnBlock +
         column % kColumnBlock * kRows + row % kRows;
}

// IEEE 754's binary16, as bits.
struct Half {
  std::uint16_t bits = 0;
};

// c [rows, n] = a [rows, k] · b (+ bias), then max(0, c) with relu. Weight: float, or Half, which
// is half as much to read (has_half()); sums are float32 either way.
template <class Weight>
struct Product {
  Index rows = 0;
  Index n = 0;
  Index k = 0;
  const float* a = nullptr;
  Index a_stride = 0;  // from row to row
  // A row of a may come in pieces of k / a_pieces numbers: of a convolution, a piece for each row
  // of its kernel, so that its im2col matrix need not be written.
  Index a_pieces = 1;
  Index a_piece_stride = 0;
  const Weight* b = nullptr;    // packed
  const float* bias = nullptr;  // [padded_columns(n)], or null
  bool relu = false;
  float* c = nullptr;
  Index c_stride = 0;
};

// An image in a buffer: pixel (y, x) is at data + y · row + x · channels.
template <class T>
struct ImageView {
  T* data = nullptr;
  Index row = 0;
};

// A 3 × 3 convolution of stride 1 by Winograd's F(4 × 4, 3 × 3) (Lavin and Gray 2015), with the
// points 0, ±1/√2, ±√2, ∞ (Barabasz et al. 2018: the smallest error). 36 products of [tiles,
// in_channels] by [in_channels, out_channels] take the place of 9 of [16 tiles, …].
//
// Weight: float, or bfloat16, which rounds the transformed filters and inputs; sums are float32.
inline constexpr Index kWinogradPositions = 36;
inline constexpr Index kWinogradChannels = 16;  // in_channels and out_channels are multiples of it

template <class Weight>
struct WinogradConv {
  static constexpr Index kTile = 4;  // results of a tile, along each side

  Index height = 0;  // of the result, before the pool
  Index width = 0;
  Index in_channels = 0;
  Index out_channels = 0;
  Epilogue epilogue = Epilogue::none;
  const Weight* weights = nullptr;  // winograd_weights()
  const float* bias = nullptr;      // [padded_columns(out_channels)]

  Index tiles_down() const { return (height + kTile - 1) / kTile; }
  Index tiles_across() const { return (width + kTile - 1) / kTile; }
  // The input with its padding, and with as much more below and at the right as the last tiles'
  // 6 × 6 inputs reach.
  Index padded_height() const { return kTile * tiles_down() + 2; }
  Index padded_width() const { return kTile * tiles_across() + 2; }
  // Floats that winograd() needs for itself.
  Index workspace() const;
};

// The transformed filters of a weight [3, 3, in, out]: for each block of 32 output channels 36
// packed matrices, [in, 32], one after the other.
template <class Weight>
void winograd_weights(Index in_channels, Index out_channels, const float* weight, Weight* result);

// x: the padded input, padded_height() × padded_width(): its data are the padding's first pixel,
// and what lies beyond the image is zero. y: the result, pooled or not.
void winograd(const WinogradConv<float>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, float* workspace);
void winograd(const WinogradConv<bfloat16>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, float* workspace);

void multiply(const Product<float>& product);
void multiply(const Product<Half>& product);

// Whether the processor converts halves.
bool has_half();

// Whether the processor multiplies bf16 and int8.
bool has_low_precision();

// c [rows, n] = a [rows, k] · b: b in int8 with a scale for each column; a is not negative and is
// rounded to the 256 steps of a byte up to its row's maximum.
struct Int8Product {
  static constexpr Index kTermMultiple = 16;  // of k
  static constexpr Index kMaxTerms = 65536;   // of k: then sums of 255 · 127 fit 32 bits

  Index rows = 0;
  Index n = 0;
  Index k = 0;
  const float* a = nullptr;
  Index a_stride = 0;
  const std::int8_t* b = nullptr;  // packed
  const float* scales = nullptr;   // [padded_columns(n)]: what 1 of b stands for
  const float* bias = nullptr;     // [padded_columns(n)]
  bool relu = false;
  float* c = nullptr;
  Index c_stride = 0;
  std::uint8_t* workspace = nullptr;  // [rows, k]
  float* row_scales = nullptr;        // [rows], workspace too
};

void multiply(const Int8Product& product);

}  // namespace inkling::cpu::inference
