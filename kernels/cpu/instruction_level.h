// The instructions that this processor's kernels are compiled for, chosen at run time by CPUID: one
// binary serves every generation. Sources that need it are compiled once for each level, in a
// namespace named as it is (kernels/CMakeLists.txt).
#pragma once

#include <cstdint>

// Calls LEVEL(name) for each level of this architecture, the lowest first.
#if defined(__x86_64__)
#define INKLING_FOR_EACH_LEVEL(LEVEL) \
  LEVEL(x86_64_v2)                    \
  LEVEL(x86_64_v3)                    \
  LEVEL(x86_64_v3_vnni)               \
  LEVEL(x86_64_v4)                    \
  LEVEL(x86_64_v4_vnni)               \
  LEVEL(x86_64_v4_bf16)               \
  LEVEL(x86_64_v4_amx)
#elif defined(__aarch64__)
#define INKLING_FOR_EACH_LEVEL(LEVEL) LEVEL(neon) LEVEL(neon_dotprod) LEVEL(neon_bf16)
#else
#define INKLING_FOR_EACH_LEVEL(LEVEL) LEVEL(generic)
#endif

namespace inkling::cpu {

#define INKLING_LEVEL_NAME(level) level,
enum class InstructionLevel : std::uint8_t { INKLING_FOR_EACH_LEVEL(INKLING_LEVEL_NAME) };
#undef INKLING_LEVEL_NAME

// The fastest level of this processor, found once. The environment variable INKLING_ISA names one
// to force; a level that is unknown or that the processor lacks throws std::runtime_error.
InstructionLevel instruction_level();

// "x86-64-v2", "x86-64-v3" (AVX2, FMA), "x86-64-v4" (AVX-512), the two with dot products of int8
// and int16, "x86-64-v3-vnni" and "x86-64-v4-vnni", of bf16, "x86-64-v4-bf16", and with a matrix
// unit for bf16, "x86-64-v4-amx"; "neon", with dot products of int8 "neon-dotprod" and of bf16
// "neon-bf16"; elsewhere "generic".
const char* name_of(InstructionLevel level);

}  // namespace inkling::cpu
