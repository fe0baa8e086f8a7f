// Compiled once for each level: INKLING_LEVEL names it, the compiler flags make it.
#include "kernels/cpu/simd/level/winograd_conv.h"

namespace inkling::cpu::simd::INKLING_LEVEL {

void multiply(const Product<float>& product) { multiply_any(product); }
void multiply(const Product<Half>& product) { multiply_any(product); }

bool has_half() { return kHasHalf; }

void winograd(const WinogradConv<float>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, float* workspace) {
  convolve(conv, x, y, workspace);
}

Index workspace_size(const WinogradConv<float>& conv) {
  return Workspace<float>(conv, nullptr).floats();
}

bool has_low_precision() { return kHasLowPrecision; }

#ifdef INKLING_LOW_PRECISION
void winograd(const WinogradConv<bfloat16>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, float* workspace) {
  convolve(conv, x, y, workspace);
}

void multiply(const Int8Product& product) { multiply_int8(product); }
#else
// Never called.
void winograd(const WinogradConv<bfloat16>& /*conv*/, const ImageView<const float>& /*x*/,
              const ImageView<float>& /*y*/, float* /*workspace*/) {}
void multiply(const Int8Product& /*product*/) {}
#endif

}  // namespace inkling::cpu::simd::INKLING_LEVEL
