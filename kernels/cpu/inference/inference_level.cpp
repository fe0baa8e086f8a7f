// Compiled once for each level: INKLING_LEVEL names it, the compiler flags make it.
#include "kernels/cpu/inference/product.h"
#include "kernels/cpu/inference/winograd.h"

namespace inkling::cpu::inference::INKLING_LEVEL {

void multiply(const Product& product) {
  product.rows == 1 ? multiply_row(product) : multiply_rows(product);
}

void winograd(const WinogradConv& conv, const ImageView<const float>& x, const ImageView<float>& y,
              float* workspace) {
  convolve(conv, x, y, workspace);
}

Index workspace_size(const WinogradConv& conv) {
  const Workspace space(conv, nullptr);
  return WinogradConv::kPositions * (space.input_position + space.result_position);
}

}  // namespace inkling::cpu::inference::INKLING_LEVEL
