#include "kernels/cpu/instruction_level.h"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace inkling::cpu {
namespace {

struct Level {
  const char* name;
  InstructionLevel level;
  bool supported;
  bool forced_only = false;  // others are faster here
};

// Best first.
#if defined(__x86_64__)
// __builtin_cpu_supports also checks that the operating system saves the registers.
bool supports_v4() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
}

bool supports_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2");
}

bool supports_vnni() { return supports_v4() && __builtin_cpu_supports("avx512vnni"); }

bool supports_bf16() { return supports_vnni() && __builtin_cpu_supports("avx512bf16"); }

struct Cpuid {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
};

// Of leaf 7, the extended features; zeros where there are none.
Cpuid extended_features(unsigned subleaf) {
  Cpuid found;
  __get_cpuid_count(7, subleaf, &found.eax, &found.ebx, &found.ecx, &found.edx);
  return found;
}

bool supports_avx_vnni() {
  constexpr unsigned kAvxVnni = 1U << 4;
  return (extended_features(1).eax & kAvxVnni) != 0;
}

// A process must ask Linux for the tile registers, which are 8 KB more to save; the permission is
// for all of its threads (Documentation/arch/x86/xstate.rst).
bool supports_amx() {
  constexpr unsigned kBf16 = 1U << 22;
  constexpr unsigned kTile = 1U << 24;
  if (!supports_bf16() || (extended_features(0).edx & (kBf16 | kTile)) != (kBf16 | kTile)) {
    return false;
  }
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;               // XFEATURE_XTILE_DATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

const Level kLevels[] = {
    {"x86-64-v4-amx", InstructionLevel::x86_64_v4_amx, supports_amx()},
    // Intel's VDPBF16PS is a quarter as fast as its products of int16 (docs/performance.md).
    {"x86-64-v4-bf16", InstructionLevel::x86_64_v4_bf16, supports_bf16(),
     __builtin_cpu_is("intel") != 0},
    {"x86-64-v4-vnni", InstructionLevel::x86_64_v4_vnni, supports_vnni()},
    {"x86-64-v4", InstructionLevel::x86_64_v4, supports_v4()},
    {"x86-64-v3-vnni", InstructionLevel::x86_64_v3_vnni, supports_v3() && supports_avx_vnni()},
    {"x86-64-v3", InstructionLevel::x86_64_v3, supports_v3()},
    {"x86-64-v2", InstructionLevel::x86_64_v2,
     __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt")},
};
#elif defined(__aarch64__)
bool supports_dotprod() { return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0; }

const Level kLevels[] = {
    {"neon-bf16", InstructionLevel::neon_bf16,
     supports_dotprod() && (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0},
    {"neon-dotprod", InstructionLevel::neon_dotprod, supports_dotprod()},
    {"neon", InstructionLevel::neon, true},
};
#else
const Level kLevels[] = {{"generic", InstructionLevel::generic, true}};
#endif

InstructionLevel choose() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, nothing here sets it
  const char* forced = std::getenv("INKLING_ISA");
  std::string known;
  for (const Level& level : kLevels) {
    if (level.supported &&
        (forced == nullptr ? !level.forced_only : std::string_view(forced) == level.name)) {
      return level.level;
    }
    known += std::string(known.empty() ? "" : ", ") + level.name +
             (level.supported ? "" : " (not on this processor)");
  }
  throw std::runtime_error(forced == nullptr ? "expected a processor of level x86-64-v2 or better"
                                             : "INKLING_ISA=" + std::string(forced) +
                                                   ": expected one of " + known);
}

}  // namespace

InstructionLevel instruction_level() {
  static const InstructionLevel kChosen = choose();
  return kChosen;
}

const char* name_of(InstructionLevel level) {
  for (const Level& candidate : kLevels) {
    if (candidate.level == level) {
      return candidate.name;
    }
  }
  return "unknown";
}

}  // namespace inkling::cpu
