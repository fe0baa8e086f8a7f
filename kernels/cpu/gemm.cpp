#include "kernels/cpu/gemm.h"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace inkling::cpu {
namespace {

struct Level {
  const char* name;
  bool supported;
  void (*gemm_float)(const Gemm<float>&);
  void (*gemm_double)(const Gemm<double>&);
};

}  // namespace

#if defined(__x86_64__)
namespace x86_64_v2 {
template <class T>
void gemm(const Gemm<T>& args);
}
namespace x86_64_v3 {
template <class T>
void gemm(const Gemm<T>& args);
}
namespace x86_64_v4 {
template <class T>
void gemm(const Gemm<T>& args);
}

namespace {

// Best first. __builtin_cpu_supports also checks that the operating system saves the registers.
const Level kLevels[] = {
    {"x86-64-v4",
     __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd"),
     x86_64_v4::gemm<float>, x86_64_v4::gemm<double>},
    {"x86-64-v3",
     __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2"),
     x86_64_v3::gemm<float>, x86_64_v3::gemm<double>},
    {"x86-64-v2", __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"),
     x86_64_v2::gemm<float>, x86_64_v2::gemm<double>},
};

}  // namespace
#else
namespace generic {
template <class T>
void gemm(const Gemm<T>& args);
}

namespace {

const Level kLevels[] = {{"generic", true, generic::gemm<float>, generic::gemm<double>}};

}  // namespace
#endif

namespace {

const Level& choose() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, nothing here sets it
  const char* forced = std::getenv("INKLING_ISA");
  std::string known;
  for (const Level& level : kLevels) {
    if (level.supported && (forced == nullptr || std::string_view(forced) == level.name)) {
      return level;
    }
    known += std::string(known.empty() ? "" : ", ") + level.name +
             (level.supported ? "" : " (not on this processor)");
  }
  throw std::runtime_error(forced == nullptr ? "expected a processor of level x86-64-v2 or better"
                                             : "INKLING_ISA=" + std::string(forced) +
                                                   ": expected one of " + known);
}

const Level& level() {
  static const Level& chosen = choose();
  return chosen;
}

}  // namespace

void gemm(const Gemm<float>& args) { level().gemm_float(args); }
void gemm(const Gemm<double>& args) { level().gemm_double(args); }

const char* instruction_level() { return level().name; }

}  // namespace inkling::cpu
