// Compiled once for each level: INKLING_LEVEL names it, the compiler flags make it.
#include "kernels/cpu/adam_elements.h"
#include "kernels/cpu/simd/kernel_table.h"
#include "kernels/cpu/simd/level/convert.h"
#include "kernels/cpu/simd/level/integer_product.h"
#include "kernels/cpu/simd/level/winograd_conv.h"
#include "kernels/cpu/simd/level/winograd_filters.h"
#include "kernels/cpu/simd/level/winograd_gradient.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

template <class Weight>
constexpr WeightKernels<Weight> kernels_of_weight() {
  return {.multiply = multiply_any<Weight>,
          .filters = transform_filters<Weight>,
          .transform_input = transform_input_of_image<Weight>,
          .transform_gradient = transform_gradient_of_image<Weight>,
          .multiply_gradients = multiply_gradients<Weight>,
          .input_gradient = input_gradient_of_image<Weight>};
}

template <class Weight>
constexpr ConvolutionKernels<Weight> convolution() {
  return {.inputs = transform_inputs<Weight>, .block = convolve_block<Weight>};
}

}  // namespace

const KernelTable kKernels{
    .float32 = kernels_of_weight<float>(),
#ifdef INKLING_BF16
    .bf16 = kernels_of_weight<bfloat16>(),
#else
    .bf16 = {},
#endif
    .convolution_float32 = convolution<float>(),
#ifdef INKLING_BF16
    .convolution_bf16 = convolution<bfloat16>(),
#else
    .convolution_bf16 = {},
#endif
#ifdef INKLING_INT16
    .convolution_int16 = convolution<std::int16_t>(),
#else
    .convolution_int16 = {},
#endif
#ifdef INKLING_INT8
    .quantize = quantize_rows,
    .multiply_int8 = multiply_integers<std::int8_t>,
    .largest_magnitude = largest_magnitude,
#else
    .quantize = nullptr,
    .multiply_int8 = nullptr,
    .largest_magnitude = nullptr,
#endif
    .multiply_half = kHasHalf ? multiply_any<Half> : nullptr,
    .filter_gradient = filter_gradient,
    .to_float = convert_to_float,
    .to_bfloat16 = convert_to_bfloat16,
    .interleave = interleave,
    .adam = update_elements<float>,
};

}  // namespace inkling::cpu::simd::INKLING_LEVEL
