// Compiled once for each level: INKLING_LEVEL names it, the compiler flags make it.
#include "kernels/cpu/simd/kernel_table.h"
#include "kernels/cpu/simd/level/winograd_conv.h"
#include "kernels/cpu/simd/level/winograd_gradient.h"

namespace inkling::cpu::simd::INKLING_LEVEL {

const KernelTable kKernels{
    .multiply = multiply_any<float>,
    .multiply_half = kHasHalf ? multiply_any<Half> : nullptr,
    .winograd_filters = transform_filters<float>,
    .winograd = convolve<float>,
    .winograd_workspace =
        [](const WinogradConv<float>& conv) { return Workspace<float>(conv, nullptr).floats(); },
#ifdef INKLING_LOW_PRECISION
    .multiply_int8 = multiply_int8,
    .winograd_filters_bf16 = transform_filters<bfloat16>,
    .winograd_bf16 = convolve<bfloat16>,
#endif
    .transform_input = transform_input_of_image,
    .transform_gradient = transform_gradient_of_image,
    .multiply_position = multiply_gradients,
    .input_gradient = input_gradient_of_image,
    .filter_gradient = filter_gradient_of_block,
};

}  // namespace inkling::cpu::simd::INKLING_LEVEL
