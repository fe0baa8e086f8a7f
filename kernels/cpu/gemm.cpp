#include "kernels/cpu/gemm.h"

#include "kernels/cpu/instruction_level.h"

namespace inkling::cpu {

#define INKLING_DECLARE_LEVEL(level) \
  namespace level {                  \
  template <class T>                 \
  void gemm(const Gemm<T>& args);    \
  }
INKLING_FOR_EACH_LEVEL(INKLING_DECLARE_LEVEL)
#undef INKLING_DECLARE_LEVEL

namespace {

template <class T>
void gemm_at_level(const Gemm<T>& args) {
  switch (instruction_level()) {
#define INKLING_CALL_LEVEL(level) \
  case InstructionLevel::level:   \
    level::gemm<T>(args);         \
    return;
    INKLING_FOR_EACH_LEVEL(INKLING_CALL_LEVEL)
#undef INKLING_CALL_LEVEL
  }
}

}  // namespace

void gemm(const Gemm<float>& args) { gemm_at_level(args); }
void gemm(const Gemm<double>& args) { gemm_at_level(args); }

}  // namespace inkling::cpu
