// For levels whose float32 and float64 are those of another one, INKLING_BASE_LEVEL: what they have
// more multiplies integers and bf16. Eigen is not compiled again for them.
#include "kernels/cpu/gemm.h"

namespace inkling::cpu {
namespace INKLING_BASE_LEVEL {
template <class T>
void gemm(const Gemm<T>& args);
}

namespace INKLING_LEVEL {
template <class T>
void gemm(const Gemm<T>& args) {
  INKLING_BASE_LEVEL::gemm<T>(args);
}
template void gemm(const Gemm<float>& args);
template void gemm(const Gemm<double>& args);
}  // namespace INKLING_LEVEL

}  // namespace inkling::cpu
