// bfloat16 on the CPU, which has kernels for float32 and float64 alone.
#include <stdexcept>

#include "kernels/stub.h"

namespace inkling::cpu {
namespace {

[[noreturn]] void unavailable() {
  throw std::runtime_error(
      "CPU: expected float32 or float64, received bfloat16: use --precision float32");
}

}  // namespace

INKLING_KERNEL_TEMPLATES(INKLING_STUB_TEMPLATE)
INKLING_KERNEL_TEMPLATES(INKLING_INSTANTIATE_BFLOAT16)

}  // namespace inkling::cpu
