// Matrix products in the compiler's vector types, compiled for each level of the processor
// (kernels/cpu/instruction_level.h): weights are packed once, sums stay in registers, nothing is
// allocated. Thread-safe. Those of low precision exist where has_low_precision() says so; elsewhere
// they must not be called.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/types.h"

namespace inkling::cpu::simd {

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

// What a packed matrix of Weight is multiplied with: float, but bf16 with bf16.
template <class Weight>
struct ActivationOf {
  using type = float;
};
template <>
struct ActivationOf<bfloat16> {
  using type = bfloat16;
};
template <class Weight>
using Activation = typename ActivationOf<Weight>::type;

// c [rows, n] = a [rows, k] · b (+ bias), then max(0, c) with relu. Weight: float; Half, which is
// half as much to read (has_half()); bfloat16, with k even (has_low_precision()). Sums are float32.
template <class Weight>
struct Product {
  Index rows = 0;
  Index n = 0;
  Index k = 0;
  const Activation<Weight>* a = nullptr;
  Index a_stride = 0;  // from row to row
  // a is stored [k / kRowsTogether, rows, kRowsTogether], in one piece: a_stride is from terms to
  // terms.
  bool a_transposed = false;
  // A row of a may come in pieces of k / a_pieces numbers: of a convolution, a piece for each row
  // of its kernel, so that its im2col matrix need not be written.
  Index a_pieces = 1;
  Index a_piece_stride = 0;
  const Weight* b = nullptr;    // packed
  const float* bias = nullptr;  // [padded_columns(n)], or null
  bool relu = false;
  bool accumulate = false;  // c += a · b: without bias
  float* c = nullptr;
  Index c_stride = 0;
};

// The same product, of the columns [first, end) alone; first is a multiple of kColumnBlock.
template <class AnyProduct>
AnyProduct columns_of(AnyProduct product, Index first, Index end) {
  product.n = end - first;
  product.b += first * product.k;
  product.bias = product.bias == nullptr ? nullptr : product.bias + first;
  product.c += first;
  return product;
}

void multiply(const Product<float>& product);
void multiply(const Product<Half>& product);
void multiply(const Product<bfloat16>& product);

// Whether the processor converts halves.
bool has_half();

// Whether the processor multiplies bf16 and int8.
bool has_low_precision();

// Rows of numbers that are not negative, rounded to the 256 steps of a byte up to the row's
// maximum.
struct ByteRows {
  static constexpr Index kTermMultiple = 16;  // of k

  Index rows = 0;
  Index k = 0;
  const float* from = nullptr;
  Index stride = 0;               // of `from`, from row to row
  std::uint8_t* bytes = nullptr;  // [rows, k]
  float* scales = nullptr;        // [rows]: what 1 of a row's bytes stands for
};

void quantize(const ByteRows& rows);

// c [rows, n] = a [rows, k] · b (+ bias), both in whole numbers: a from quantize(), b with a scale
// for each column.
struct Int8Product {
  static constexpr Index kTermMultiple = ByteRows::kTermMultiple;
  static constexpr Index kMaxTerms = 65536;  // of k: then sums of 255 · 127 fit 32 bits

  Index rows = 0;
  Index n = 0;
  Index k = 0;
  const std::uint8_t* a = nullptr;
  const float* row_scales = nullptr;
  const std::int8_t* b = nullptr;  // packed
  const float* scales = nullptr;   // [padded_columns(n)]: what 1 of b stands for
  const float* bias = nullptr;     // [padded_columns(n)]
  bool relu = false;
  float* c = nullptr;
  Index c_stride = 0;
};

// Of Int8Product, whose columns have scales.
template <>
inline Int8Product columns_of(Int8Product product, Index first, Index end) {
  product.n = end - first;
  product.b += first * product.k;
  product.scales += first;
  product.bias += first;
  product.c += first;
  return product;
}

void multiply(const Int8Product& product);

}  // namespace inkling::cpu::simd
