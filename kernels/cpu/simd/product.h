// Matrix products in the compiler's vector types, compiled for each level of the processor
// (kernels/cpu/instruction_level.h): weights are packed once, sums stay in registers, nothing is
// allocated. Thread-safe. Those of low precision exist where has_bf16(), has_int8() or has_int16()
// says so; elsewhere they must not be called.
#pragma once

#include <type_traits>

#include "kernels/bfloat16.h"
#include "kernels/types.h"

namespace inkling::cpu::simd {

// A packed matrix [k, n] is blocks of 32 columns, each [k, 32], zeros beyond n: a kernel reads it
// from the first to the last number, whatever its vectors' width. In low precision neighboring rows
// of a column come together: [k / 2, 32, 2] in bf16 and int16, [k / 4, 32, 4] in int8.
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
inline constexpr Index kRowsTogether<std::int16_t> = 2;
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
// half as much to read (has_half()); bfloat16, with k even (has_bf16()). Sums are float32.
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
template <class Weight>
Product<Weight> columns_of(Product<Weight> product, Index first, Index end) {
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

// Whether the processor multiplies two or more of them in the time of a float: bf16 since Zen 4,
// Cooper Lake, Neoverse V1; int8 and int16 on every x86-64, int8 on ARM since Neoverse N1.
bool has_bf16();
bool has_int8();
bool has_int16();

// The largest |from|, 0 of none. Where has_int8().
float largest_magnitude(Index size, const float* from);

// Rows of numbers that are not negative, rounded to the steps of a byte up to the row's maximum:
// 255, or 127 where the level adds two products of bytes in 16 bits (without VNNI) or takes them as
// int8 (NEON).
struct ByteRows {
  Index rows = 0;
  Index k = 0;  // a multiple of IntegerProduct's kTermMultiple
  const float* from = nullptr;
  Index stride = 0;               // of `from`, from row to row
  std::uint8_t* bytes = nullptr;  // [rows, k]
  float* scales = nullptr;        // [rows]: what 1 of a row's bytes stands for
};

void quantize(const ByteRows& rows);

// What a packed matrix of whole numbers is multiplied with.
template <class Weight>
using WholeActivation =
    std::conditional_t<std::is_same_v<Weight, std::int8_t>, std::uint8_t, Weight>;

// c [rows, n] = a [rows, k] · b (+ bias), both whole numbers with scales. Weight: int8, with a from
// quantize(); or int16. Sums are of 32 bits and must fit: of int8 with k up to kMaxTerms they do.
template <class Weight>
struct IntegerProduct {
  static constexpr Index kTermMultiple = 16;  // of k
  static constexpr Index kMaxTerms = 65536;   // of k

  Index rows = 0;
  Index n = 0;
  Index k = 0;
  const WholeActivation<Weight>* a = nullptr;  // [rows, k]
  const float* row_scales = nullptr;           // what 1 of a row stands for
  Index row_scale_stride = 1;                  // 0: one for all rows
  const Weight* b = nullptr;                   // packed
  const float* scales = nullptr;               // [padded_columns(n)]: what 1 of b stands for
  const float* bias = nullptr;                 // [padded_columns(n)], or null
  bool relu = false;
  float* c = nullptr;
  Index c_stride = 0;
};

// Its columns have scales, too.
template <class Weight>
IntegerProduct<Weight> columns_of(IntegerProduct<Weight> product, Index first, Index end) {
  product.scales += first;
  product.n = end - first;
  product.b += first * product.k;
  product.bias = product.bias == nullptr ? nullptr : product.bias + first;
  product.c += first;
  return product;
}

void multiply(const IntegerProduct<std::int8_t>& product);

}  // namespace inkling::cpu::simd
