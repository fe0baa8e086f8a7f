// Calls the kernels of this processor's level.
#include <stdexcept>
#include <type_traits>

#include "kernels/cpu/simd/adam.h"
#include "kernels/cpu/simd/convert.h"
#include "kernels/cpu/simd/kernel_table.h"

namespace inkling::cpu::simd {
namespace {

const KernelTable& kernels() {
  switch (instruction_level()) {
#define INKLING_KERNELS_OF_LEVEL(level) \
  case InstructionLevel::level:         \
    return level::kKernels;
    INKLING_FOR_EACH_LEVEL(INKLING_KERNELS_OF_LEVEL)
#undef INKLING_KERNELS_OF_LEVEL
  }
  throw std::logic_error("simd: an instruction level without kernels");
}

template <class Weight>
const WeightKernels<Weight>& kernels_of() {
  if constexpr (std::is_same_v<Weight, bfloat16>) {
    return kernels().bf16;
  } else {
    return kernels().float32;
  }
}

template <class Weight>
const ConvolutionKernels<Weight>& convolution() {
  if constexpr (std::is_same_v<Weight, std::int16_t>) {
    return kernels().convolution_int16;
  } else if constexpr (std::is_same_v<Weight, bfloat16>) {
    return kernels().convolution_bf16;
  } else {
    return kernels().convolution_float32;
  }
}

}  // namespace

bool has_half() { return kernels().multiply_half != nullptr; }
bool has_bf16() { return kernels().bf16.multiply != nullptr; }
bool has_int8() { return kernels().multiply_int8 != nullptr; }
bool has_int16() { return kernels().convolution_int16.block != nullptr; }

float largest_magnitude(Index size, const float* from) {
  return kernels().largest_magnitude(size, from);
}

void multiply(const Product<float>& product) { kernels().float32.multiply(product); }
void multiply(const Product<Half>& product) { kernels().multiply_half(product); }
void multiply(const Product<bfloat16>& product) { kernels().bf16.multiply(product); }
void quantize(const ByteRows& rows) { kernels().quantize(rows); }
void multiply(const IntegerProduct<std::int8_t>& product) { kernels().multiply_int8(product); }

void convert(Index size, const bfloat16* from, float* to) { kernels().to_float(size, from, to); }
void convert(Index size, const float* from, bfloat16* to) { kernels().to_bfloat16(size, from, to); }
void interleave(Index size, const bfloat16* a, const bfloat16* b, bfloat16* to) {
  kernels().interleave(size, a, b, to);
}

void adam(const AdamTensor<float>& tensor, const AdamOptions& options,
          const AdamCoefficients<float>& coefficients, Index begin, Index end) {
  kernels().adam(tensor, options, coefficients, begin, end);
}

template <class Weight>
void winograd_filters(const WinogradFilters& filters, Weight* result) {
  kernels_of<Weight>().filters(filters, result);
}

template <class Weight>
void winograd_inputs(const WinogradConv<Weight>& conv, const ImageView<const float>& x, Index first,
                     Index end, const WinogradInputs<Weight>& inputs) {
  convolution<Weight>().inputs(conv, x, first, end, inputs);
}
template <class Weight>
void winograd_block(const WinogradConv<Weight>& conv, const WinogradInputs<Weight>& inputs,
                    Index block, const ImageView<float>& y, std::uint8_t* argmax, float* products) {
  convolution<Weight>().block(conv, inputs, block, y, argmax, products);
}

template <class Weight>
void winograd_transform_input(const WinogradGradient<Weight>& gradient, Index image,
                              const ImageView<const float>& padded_x) {
  kernels_of<Weight>().transform_input(gradient, image, padded_x);
}
template <class Weight>
void winograd_transform_gradient(const WinogradGradient<Weight>& gradient, Index image,
                                 const ResultGradient& result, float* dbias) {
  kernels_of<Weight>().transform_gradient(gradient, image, result, dbias);
}
template <class Weight>
void winograd_multiply(const WinogradGradient<Weight>& gradient, Index position, bool accumulate) {
  kernels_of<Weight>().multiply_gradients(gradient, position, accumulate);
}
template <class Weight>
void winograd_input_gradient(const WinogradGradient<Weight>& gradient, Index image,
                             const ImageView<float>& padded_dx) {
  kernels_of<Weight>().input_gradient(gradient, image, padded_dx);
}
void winograd_filter_gradient(const WinogradFilterGradient& gradient) {
  kernels().filter_gradient(gradient);
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type, not an expression
#define INKLING_INSTANTIATE_CONVOLUTION(Weight)                                                    \
  template void winograd_inputs(const WinogradConv<Weight>&, const ImageView<const float>&, Index, \
                                Index, const WinogradInputs<Weight>&);                             \
  template void winograd_block(const WinogradConv<Weight>&, const WinogradInputs<Weight>&, Index,  \
                               const ImageView<float>&, std::uint8_t*, float*)
#define INKLING_INSTANTIATE_WEIGHT(Weight)                                          \
  template void winograd_filters(const WinogradFilters&, Weight*);                  \
  template void winograd_transform_input(const WinogradGradient<Weight>&, Index,    \
                                         const ImageView<const float>&);            \
  template void winograd_transform_gradient(const WinogradGradient<Weight>&, Index, \
                                            const ResultGradient&, float*);         \
  template void winograd_multiply(const WinogradGradient<Weight>&, Index, bool);    \
  template void winograd_input_gradient(const WinogradGradient<Weight>&, Index,     \
                                        const ImageView<float>&)
// NOLINTEND(bugprone-macro-parentheses)
INKLING_INSTANTIATE_WEIGHT(float);
INKLING_INSTANTIATE_WEIGHT(bfloat16);
#undef INKLING_INSTANTIATE_WEIGHT
INKLING_INSTANTIATE_CONVOLUTION(float);
INKLING_INSTANTIATE_CONVOLUTION(bfloat16);
INKLING_INSTANTIATE_CONVOLUTION(std::int16_t);
#undef INKLING_INSTANTIATE_CONVOLUTION

}  // namespace inkling::cpu::simd
