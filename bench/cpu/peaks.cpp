#include "bench/cpu/peaks.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/cpu/registers.h"
#include "kernels/cpu/instruction_level.h"
#include "kernels/processors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace inkling::bench {
namespace {

using cpu::instruction_level;
using cpu::InstructionLevel;

// Multiply-adds of a loop's call.
struct Loop {
  Unit unit;
  const char* name;
  bool supported;  // by this level
  double work;
  void (*run)();
};

#if defined(__x86_64__)
constexpr int kRepeats = 100000;
// Independent sums: two units, at most eight cycles each. With 16 registers fewer, of which the
// products of SSE and of whole numbers take some.
constexpr int kChains = 16;
constexpr int kChainsAvx2 = 12;
constexpr int kChainsSse = 8;
constexpr int kChainsIntegers = 8;

// No zeros, which may take less power; as bf16, too, about a half. Not known to the compiler, which
// would compute equal chains once.
const std::vector<float> kNumbers(256, std::bit_cast<float>(0x3F013F01U));

// NOLINTBEGIN(bugprone-macro-parentheses): types and statements, not expressions
#define INKLING_MULTIPLY_ADD_LOOP(name, extensions, Vector, Factor, chains, step) \
  __attribute__((target(extensions))) void name() {                               \
    Vector sums[chains];                                                          \
    std::memcpy(&sums, kNumbers.data(), sizeof(sums));                            \
    Factor x;                                                                     \
    std::memcpy(&x, kNumbers.data(), sizeof(x));                                  \
    for (int i = 0; i < kRepeats; ++i) {                                          \
      for (Vector & sum : sums) {                                                 \
        sum = step;                                                               \
      }                                                                           \
    }                                                                             \
    benchmark::DoNotOptimize(sums);                                               \
  }
// NOLINTEND(bugprone-macro-parentheses)
INKLING_MULTIPLY_ADD_LOOP(float32_sse, "sse2", __m128, __m128, kChainsSse,
                          _mm_add_ps(_mm_mul_ps(sum, x), x))
INKLING_MULTIPLY_ADD_LOOP(float32_avx2, "avx2,fma", __m256, __m256, kChainsAvx2,
                          _mm256_fmadd_ps(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(float32_avx512, "avx512f", __m512, __m512, kChains,
                          _mm512_fmadd_ps(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(bf16_avx512, "avx512f,avx512bf16", __m512, __m512bh, kChains,
                          _mm512_dpbf16_ps(sum, x, x))
// Four tiles of sums, of 16 × 16 each.
__attribute__((target("amx-tile,amx-bf16"))) void bf16_amx() {
  struct alignas(64) {
    std::uint8_t palette = 1;
    std::uint8_t reserved[15] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16};
  } config;
  benchmark::DoNotOptimize(config);
  _tile_loadconfig(&config);
  _tile_loadd(4, kNumbers.data(), 64);
  _tile_loadd(5, kNumbers.data(), 64);
  for (int i = 0; i < kRepeats; ++i) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  _tile_release();
}

// Without VNNI the products are of the sums, which change: else they would be computed once.
INKLING_MULTIPLY_ADD_LOOP(int16_sse, "ssse3", __m128i, __m128i, kChainsIntegers,
                          _mm_add_epi32(sum, _mm_madd_epi16(sum, x)))
INKLING_MULTIPLY_ADD_LOOP(int16_avx2, "avx2", __m256i, __m256i, kChainsIntegers,
                          _mm256_add_epi32(sum, _mm256_madd_epi16(sum, x)))
INKLING_MULTIPLY_ADD_LOOP(int16_avx512, "avx512f,avx512bw", __m512i, __m512i, kChains,
                          _mm512_add_epi32(sum, _mm512_madd_epi16(sum, x)))
INKLING_MULTIPLY_ADD_LOOP(int16_avx_vnni, "avx2,avxvnni", __m256i, __m256i, kChainsIntegers,
                          _mm256_dpwssd_avx_epi32(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(int16_vnni, "avx512f,avx512vnni", __m512i, __m512i, kChains,
                          _mm512_dpwssd_epi32(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(int8_sse, "ssse3", __m128i, __m128i, kChainsIntegers,
                          _mm_add_epi32(sum, _mm_madd_epi16(_mm_maddubs_epi16(sum, x), x)))
INKLING_MULTIPLY_ADD_LOOP(int8_avx2, "avx2", __m256i, __m256i, kChainsIntegers,
                          _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(sum, x), x)))
INKLING_MULTIPLY_ADD_LOOP(int8_avx512, "avx512f,avx512bw", __m512i, __m512i, kChains,
                          _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(sum, x), x)))
INKLING_MULTIPLY_ADD_LOOP(int8_avx_vnni, "avx2,avxvnni", __m256i, __m256i, kChainsIntegers,
                          _mm256_dpbusd_avx_epi32(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(int8_vnni, "avx512f,avx512vnni", __m512i, __m512i, kChains,
                          _mm512_dpbusd_epi32(sum, x, x))
#undef INKLING_MULTIPLY_ADD_LOOP

// The best of a unit last.
std::vector<Loop> loops() {
  const InstructionLevel level = instruction_level();
  const bool has_avx2 = level >= InstructionLevel::x86_64_v3;
  const bool has_avx512 = level >= InstructionLevel::x86_64_v4;
  const bool has_avx_vnni = level == InstructionLevel::x86_64_v3_vnni;
  const bool has_vnni = level >= InstructionLevel::x86_64_v4_vnni;
  const bool has_bf16 = level >= InstructionLevel::x86_64_v4_bf16;
  const bool has_amx = level >= InstructionLevel::x86_64_v4_amx;
  constexpr double kSse = 4.0 * kChainsSse * kRepeats;  // of float32
  constexpr double kAvx2 = 8.0 * kChainsAvx2 * kRepeats;
  constexpr double kAvx512 = 16.0 * kChains * kRepeats;
  constexpr double kIntegersSse = 4.0 * kChainsIntegers * kRepeats;  // of lanes
  constexpr double kIntegersAvx2 = 8.0 * kChainsIntegers * kRepeats;
  return {{Unit::float32, "float32/SSE", true, kSse, float32_sse},
          {Unit::float32, "float32/AVX2", has_avx2, kAvx2, float32_avx2},
          {Unit::float32, "float32/AVX-512", has_avx512, kAvx512, float32_avx512},
          {Unit::bf16, "bf16/AVX-512", has_bf16, 2 * kAvx512, bf16_avx512},
          {Unit::bf16, "bf16/AMX", has_amx, 4.0 * 16 * 16 * 32 * kRepeats, bf16_amx},
          {Unit::int16, "int16/SSE", true, 2 * kIntegersSse, int16_sse},
          {Unit::int16, "int16/AVX2", has_avx2, 2 * kIntegersAvx2, int16_avx2},
          {Unit::int16, "int16/AVX-VNNI", has_avx_vnni, 2 * kIntegersAvx2, int16_avx_vnni},
          {Unit::int16, "int16/AVX-512", has_avx512, 2 * kAvx512, int16_avx512},
          {Unit::int16, "int16/VNNI", has_vnni, 2 * kAvx512, int16_vnni},
          {Unit::int8, "int8/SSE", true, 4 * kIntegersSse, int8_sse},
          {Unit::int8, "int8/AVX2", has_avx2, 4 * kIntegersAvx2, int8_avx2},
          {Unit::int8, "int8/AVX-VNNI", has_avx_vnni, 4 * kIntegersAvx2, int8_avx_vnni},
          {Unit::int8, "int8/AVX-512", has_avx512, 4 * kAvx512, int8_avx512},
          {Unit::int8, "int8/VNNI", has_vnni, 4 * kAvx512, int8_vnni}};
}
#else
std::vector<Loop> loops() { return {}; }
#endif

// Far more than any cache holds.
constexpr std::size_t kMemoryBytes = std::size_t{256} << 20;

void read_memory(const std::vector<std::uint64_t>& memory) {
  std::uint64_t sums[8] = {};
  for (std::size_t i = 0; i < memory.size(); i += std::size(sums)) {
    for (std::size_t k = 0; k < std::size(sums); ++k) {
      sums[k] += memory[i + k];
    }
  }
  benchmark::DoNotOptimize(sums);
}

// The best of many short measurements: what others on the machine leave undisturbed.
template <class Work>
double best_rate(double work, const Work& run) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  const auto begun = Clock::now();
  while (Clock::now() - begun < std::chrono::milliseconds(200)) {
    const auto before = Clock::now();
    run();
    best = std::max(best, work / std::chrono::duration<double>(Clock::now() - before).count());
  }
  return best;
}

void register_for(int threads) {
  for (const Loop& loop : loops()) {
    if (loop.supported) {
      benchmark::RegisterBenchmark((std::string("peak/") + loop.name).c_str(),
                                   [loop](benchmark::State& state) {
                                     for (auto _ : state) {
                                       loop.run();
                                     }
                                     state.counters["MAC/s"] = benchmark::Counter(
                                         loop.work * static_cast<double>(state.iterations()),
                                         benchmark::Counter::kIsRate);
                                   })
          ->Threads(threads)
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
  benchmark::RegisterBenchmark(
      "peak/memory",
      [](benchmark::State& state) {
        const std::vector<std::uint64_t> memory(kMemoryBytes / 8, 1);
        for (auto _ : state) {
          read_memory(memory);
        }
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kMemoryBytes));
      })
      ->Threads(threads)
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace

void register_peaks() {
  const int threads = available_processors();
  register_for(1);
  if (threads > 1) {
    register_for(threads);
  }
}

double peak_multiply_adds(Unit unit) {
  static double measured[4] = {};
  double& peak = measured[static_cast<std::size_t>(unit)];
  if (peak == 0) {
    for (const Loop& loop : loops()) {
      if (loop.unit == unit && loop.supported) {
        peak = best_rate(loop.work, loop.run);
      }
    }
  }
  return peak;
}

}  // namespace inkling::bench
