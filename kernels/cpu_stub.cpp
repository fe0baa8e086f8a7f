// bfloat16 on the CPU, which has kernels for float32 and float64 alone.
#include "kernels/error.h"
#include "kernels/stub.h"

namespace inkling::cpu {
namespace {

[[noreturn]] void unavailable() {
  throw UnsupportedDtype(DeviceType::cpu, "float32 or float64", "bfloat16");
}

}  // namespace

INKLING_KERNEL_TEMPLATES(INKLING_STUB_TEMPLATE)
INKLING_KERNEL_TEMPLATES(INKLING_INSTANTIATE_BFLOAT16)

}  // namespace inkling::cpu
