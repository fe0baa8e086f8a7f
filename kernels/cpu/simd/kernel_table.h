// The kernels of a level of the processor (kernels/cpu/instruction_level.h), as simd_level.cpp,
// compiled for it, fills them in.
#pragma once

#include "kernels/cpu/instruction_level.h"
#include "kernels/cpu/simd/product.h"
#include "kernels/cpu/simd/winograd.h"
#include "kernels/cpu/simd/winograd_gradient.h"

namespace inkling::cpu::simd {

template <class Weight>
using WinogradKernel = void (*)(const WinogradConv<Weight>&, const ImageView<const float>&,
                                const ImageView<float>&, std::uint8_t*, float*);

struct KernelTable {
  void (*multiply)(const Product<float>&) = nullptr;
  void (*multiply_half)(const Product<Half>&) = nullptr;  // null where halves are not converted
  void (*winograd_filters)(const WinogradFilters&, float*) = nullptr;
  WinogradKernel<float> winograd = nullptr;
  Index (*winograd_workspace)(const WinogradConv<float>&) = nullptr;

  // Null without low precision.
  void (*multiply_int8)(const Int8Product&) = nullptr;
  void (*winograd_filters_bf16)(const WinogradFilters&, bfloat16*) = nullptr;
  WinogradKernel<bfloat16> winograd_bf16 = nullptr;

  void (*transform_input)(const WinogradGradient&, Index, const ImageView<const float>&) = nullptr;
  void (*transform_gradient)(const WinogradGradient&, Index, const ResultGradient&,
                             float*) = nullptr;
  void (*multiply_position)(const WinogradGradient&, Index, bool) = nullptr;
  void (*input_gradient)(const WinogradGradient&, Index, const ImageView<float>&) = nullptr;
  void (*filter_gradient)(const WinogradGradient&, Index, float*) = nullptr;
};

// Each level's, in the namespace named as it is.
#define INKLING_DECLARE_LEVEL(level) \
  namespace level {                  \
  extern const KernelTable kKernels; \
  }
INKLING_FOR_EACH_LEVEL(INKLING_DECLARE_LEVEL)
#undef INKLING_DECLARE_LEVEL

}  // namespace inkling::cpu::simd
