// The kernels of a level of the processor (kernels/cpu/instruction_level.h), as simd_level.cpp,
// compiled for it, fills them in.
#pragma once

#include "kernels/args/adam.h"
#include "kernels/cpu/instruction_level.h"
#include "kernels/cpu/simd/product.h"
#include "kernels/cpu/simd/winograd.h"
#include "kernels/cpu/simd/winograd_gradient.h"

namespace inkling::cpu::simd {

// Those of a convolution.
template <class Weight>
struct ConvolutionKernels {
  void (*inputs)(const WinogradConv<Weight>&, const ImageView<const float>&, Index, Index,
                 const WinogradInputs<Weight>&) = nullptr;
  void (*block)(const WinogradConv<Weight>&, const WinogradInputs<Weight>&, Index,
                const ImageView<float>&, std::uint8_t*, float*) = nullptr;
};

// Those that exist for float and for bfloat16 alone.
template <class Weight>
struct WeightKernels {
  using Gradient = WinogradGradient<Weight>;

  void (*multiply)(const Product<Weight>&) = nullptr;
  void (*filters)(const WinogradFilters&, Weight*) = nullptr;
  void (*transform_input)(const Gradient&, Index, const ImageView<const float>&) = nullptr;
  void (*transform_gradient)(const Gradient&, Index, const ResultGradient&, float*) = nullptr;
  void (*multiply_gradients)(const Gradient&, Index, bool) = nullptr;
  void (*input_gradient)(const Gradient&, Index, const ImageView<float>&) = nullptr;
};

struct KernelTable {
  WeightKernels<float> float32;
  WeightKernels<bfloat16> bf16;  // null without dot products of bf16
  ConvolutionKernels<float> convolution_float32;
  ConvolutionKernels<bfloat16> convolution_bf16;       // the same
  ConvolutionKernels<std::int16_t> convolution_int16;  // null without products of int16
  void (*quantize)(const ByteRows&) = nullptr;         // null without products of int8
  void (*multiply_int8)(const IntegerProduct<std::int8_t>&) = nullptr;  // the same
  float (*largest_magnitude)(Index, const float*) = nullptr;            // the same
  void (*multiply_half)(const Product<Half>&) = nullptr;  // null where halves are not converted
  void (*filter_gradient)(const WinogradFilterGradient&) = nullptr;
  void (*to_float)(Index, const bfloat16*, float*) = nullptr;
  void (*to_bfloat16)(Index, const float*, bfloat16*) = nullptr;
  void (*interleave)(Index, const bfloat16*, const bfloat16*, bfloat16*) = nullptr;
  void (*adam)(const AdamTensor<float>&, const AdamOptions&, const AdamCoefficients<float>&, Index,
               Index) = nullptr;
};

// Each level's, in the namespace named as it is.
#define INKLING_DECLARE_LEVEL(level) \
  namespace level {                  \
  extern const KernelTable kKernels; \
  }
INKLING_FOR_EACH_LEVEL(INKLING_DECLARE_LEVEL)
#undef INKLING_DECLARE_LEVEL

}  // namespace inkling::cpu::simd
