#include "kernels/cpu/linear/product_linear.h"

#include <algorithm>

#include "kernels/cpu/linear/pack.h"
#include "kernels/cpu/simd/product.h"
#include "kernels/cpu/widen.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

using simd::kColumnBlock;
using simd::kRowsTogether;
using simd::Product;

enum Slot : int { kPackedX, kPackedGradient, kPackedWeight, kPackedInputs, kSums };

constexpr Index kOutputs = 32;   // outputs a chunk
constexpr Index kTerms = 512;    // inputs that are packed at a time
constexpr Index kColumns = 128;  // inputs a chunk of the gradients: W's stay in L2

template <class T>
Index padded_rows(Index rows) {
  return (rows + kRowsTogether<T> - 1) / kRowsTogether<T> * kRowsTogether<T>;
}

// xᵀ [in_features, batch], packed.
template <class T>
const T* packed_transpose(ThreadPool& pool, const LinearShape& s, const T* x) {
  T* const packed = scratch<T, kPackedX>(simd::packed_size(s.in_features, s.batch));
  parallel_for(pool, s.in_features, kTerms, [&](Index begin, Index end) {
    for (Index image = 0; image < s.batch; image += kColumnBlock) {
      interleave_columns(begin, end, s.batch - image, x + image * s.in_features, s.in_features,
                         kColumnBlock, packed + image * s.in_features);
    }
  });
  return packed;
}

// Columns of a matrix of k rows, packed block by block.
template <int Slot, class T>
const T* packed_columns(Index k, Index columns, const T* from, Index row) {
  T* const packed = scratch<T, Slot>(simd::packed_size(padded_rows<T>(k), columns));
  for (Index c = 0; c < columns; c += kColumnBlock) {
    interleave_rows(k, columns - c, from + c, row, kColumnBlock, packed + c * padded_rows<T>(k));
  }
  return packed;
}

}  // namespace

template <class T>
bool supports_product(const LinearShape& s) {
  return std::is_same_v<T, float> || (std::is_same_v<T, bfloat16> && s.in_features % 2 == 0 &&
                                      s.out_features % 2 == 0 && simd::has_bf16());
}

// yᵀ = W xᵀ: a row of W is as it is multiplied, so that only x is packed.
template <class T>
void product_forward(const Stream& stream, const LinearForward<T>& args) {
  const LinearShape& s = args.shape;
  const T* const x = packed_transpose(*stream.pool, s, args.x);
  const Index width = simd::padded_columns(s.batch);
  parallel_for(*stream.pool, s.out_features, kOutputs, [&](Index begin, Index end) {
    float* const sums = scratch<float, kSums>((end - begin) * width);
    simd::multiply(Product<T>{.rows = end - begin,
                              .n = s.batch,
                              .k = s.in_features,
                              .a = args.weight + begin * s.in_features,
                              .a_stride = s.in_features,
                              .b = x,
                              .c = sums,
                              .c_stride = width});
    for (Index row = 0; row < s.batch; ++row) {
      for (Index o = begin; o < end; ++o) {
        const float bias = args.bias != nullptr ? args.bias[o] : 0.0F;
        args.y[row * s.out_features + o] = narrow<T>(sums[(o - begin) * width + row] + bias);
      }
    }
  });
}

template <class T>
void product_backward(const Stream& stream, const LinearBackward<T>& args) {
  const LinearShape& s = args.shape;
  // dyᵀ [out_features, batch] for dW.
  const T* transposed_dy = args.dy;
  if (constexpr bool kIsPacked = (kRowsTogether < T >> 1); kIsPacked && args.dweight != nullptr) {
    T* const packed = scratch<T, kPackedGradient>(padded_rows<T>(s.batch) * s.out_features);
    interleave_rows(s.batch, s.out_features, args.dy, s.out_features, s.out_features, packed);
    transposed_dy = packed;
  }
  parallel_for(*stream.pool, s.in_features, kColumns, [&](Index begin, Index end) {
    const Index columns = end - begin;
    if (args.dweight != nullptr) {
      simd::multiply(Product<T>{
          .rows = s.out_features,
          .n = columns,
          .k = padded_rows<T>(s.batch),
          .a = transposed_dy,
          .a_stride = s.out_features * kRowsTogether<T>,
          .a_transposed = true,
          .b = packed_columns<kPackedInputs>(s.batch, columns, args.x + begin, s.in_features),
          .c = args.dweight + begin,
          .c_stride = s.in_features});
    }
    if (args.dx != nullptr) {
      float* dx = nullptr;
      Index dx_row = s.in_features;
      if constexpr (std::is_same_v<T, float>) {
        dx = args.dx + begin;
      } else {
        dx = scratch<float, kSums>(s.batch * columns);
        dx_row = columns;
      }
      simd::multiply(Product<T>{.rows = s.batch,
                                .n = columns,
                                .k = s.out_features,
                                .a = args.dy,
                                .a_stride = s.out_features,
                                .b = packed_columns<kPackedWeight>(
                                    s.out_features, columns, args.weight + begin, s.in_features),
                                .c = dx,
                                .c_stride = dx_row});
      if constexpr (!std::is_same_v<T, float>) {
        for (Index row = 0; row < s.batch; ++row) {
          simd::convert(columns, dx + row * columns, args.dx + row * s.in_features + begin);
        }
      }
    }
  });
}

template bool supports_product<float>(const LinearShape&);
template bool supports_product<double>(const LinearShape&);
template bool supports_product<bfloat16>(const LinearShape&);
template void product_forward(const Stream&, const LinearForward<float>&);
template void product_forward(const Stream&, const LinearForward<bfloat16>&);
template void product_backward(const Stream&, const LinearBackward<float>&);
template void product_backward(const Stream&, const LinearBackward<bfloat16>&);

}  // namespace inkling::cpu
