// What there is not on the CPU: bfloat16, which is there to make GPUs fast. Each call says so.
#include <stdexcept>
#include <tuple>

#include "kernels/kernels.h"

namespace inkling::cpu {
namespace {

[[noreturn]] void unavailable() {
  throw std::runtime_error(
      "CPU: expected float32 or float64, received bfloat16: use --precision float32");
}

}  // namespace

#include "kernels/unavailable_list.h"

template struct Instantiate<bfloat16>;

}  // namespace inkling::cpu
