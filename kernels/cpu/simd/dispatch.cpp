// Calls the kernels of this processor's level.
#include <stdexcept>

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

}  // namespace

bool has_half() { return kernels().multiply_half != nullptr; }
bool has_low_precision() { return kernels().multiply_int8 != nullptr; }

void multiply(const Product<float>& product) { kernels().multiply(product); }
void multiply(const Product<Half>& product) { kernels().multiply_half(product); }
void multiply(const Int8Product& product) { kernels().multiply_int8(product); }

void winograd_filters(const WinogradFilters& filters, float* result) {
  kernels().winograd_filters(filters, result);
}
void winograd_filters(const WinogradFilters& filters, bfloat16* result) {
  kernels().winograd_filters_bf16(filters, result);
}

void winograd(const WinogradConv<float>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, std::uint8_t* argmax, float* workspace) {
  kernels().winograd(conv, x, y, argmax, workspace);
}
void winograd(const WinogradConv<bfloat16>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, std::uint8_t* argmax, float* workspace) {
  kernels().winograd_bf16(conv, x, y, argmax, workspace);
}

template <class Weight>
Index WinogradConv<Weight>::workspace() const {
  return kernels().winograd_workspace({.tiles = tiles,
                                       .in_channels = in_channels,
                                       .out_channels = out_channels,
                                       .epilogue = epilogue,
                                       .filters = nullptr,
                                       .bias = nullptr});
}
template Index WinogradConv<float>::workspace() const;
template Index WinogradConv<bfloat16>::workspace() const;

void winograd_transform_input(const WinogradGradient& gradient, Index image,
                              const ImageView<const float>& padded_x) {
  kernels().transform_input(gradient, image, padded_x);
}
void winograd_transform_gradient(const WinogradGradient& gradient, Index image,
                                 const ResultGradient& result, float* dbias) {
  kernels().transform_gradient(gradient, image, result, dbias);
}
void winograd_multiply(const WinogradGradient& gradient, Index position, bool accumulate) {
  kernels().multiply_position(gradient, position, accumulate);
}
void winograd_input_gradient(const WinogradGradient& gradient, Index image,
                             const ImageView<float>& padded_dx) {
  kernels().input_gradient(gradient, image, padded_dx);
}
void winograd_filter_gradient(const WinogradGradient& gradient, Index block, float* dweight) {
  kernels().filter_gradient(gradient, block, dweight);
}

}  // namespace inkling::cpu::simd
