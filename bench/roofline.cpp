// bench-roofline [SECONDS=0.5] [ROUNDS=5]: what this machine could do at most, by loops that touch
// nothing but registers and by one that reads far more memory than any cache holds: multiply-adds a
// second in each precision that the kernels use, gigabytes a second, on one thread and on all.
// Prints a Markdown table of medians, with the least and the most.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/cpu/instruction_level.h"

namespace inkling {
namespace {

using Clock = std::chrono::steady_clock;

// One call's work: multiply-adds, or bytes.
struct Loop {
  std::string name;
  double work;
  void (*run)(std::vector<float>& memory);
};

// Where results go, so that no loop is left out.
volatile float sink = 0;

void use(const void* number) {
  float value = 0;
  std::memcpy(&value, number, sizeof(value));
  sink = sink + value;
}

#if defined(__x86_64__)
using cpu::InstructionLevel;

constexpr int kRepeats = 100000;
constexpr int kChains = 16;  // independent sums: two units, at most eight cycles each

// A loop of an instruction set extension. The sums begin as what lies in memory: chains that the
// compiler knows to be equal it computes once.
// NOLINTBEGIN(bugprone-macro-parentheses): types and statements, not expressions
#define INKLING_MULTIPLY_ADD_LOOP(name, extensions, Vector, Factor, chains, step) \
  __attribute__((target(extensions))) void name(std::vector<float>& memory) {     \
    Vector sums[chains];                                                          \
    std::memcpy(&sums, memory.data(), sizeof(sums));                              \
    Factor x;                                                                     \
    std::memcpy(&x, memory.data(), sizeof(x));                                    \
    for (int i = 0; i < kRepeats; ++i) {                                          \
      for (Vector & sum : sums) {                                                 \
        sum = step;                                                               \
      }                                                                           \
    }                                                                             \
    for (const Vector& sum : sums) {                                              \
      use(&sum);                                                                  \
    }                                                                             \
  }
// NOLINTEND(bugprone-macro-parentheses)

// With 16 registers fewer chains, and of SSE's the products take some.
constexpr int kChainsSse = 8;
constexpr int kChainsAvx2 = 12;

INKLING_MULTIPLY_ADD_LOOP(multiply_add_sse, "sse2", __m128, __m128, kChainsSse,
                          _mm_add_ps(_mm_mul_ps(sum, x), x))
INKLING_MULTIPLY_ADD_LOOP(multiply_add_avx2, "avx2,fma", __m256, __m256, kChainsAvx2,
                          _mm256_fmadd_ps(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(multiply_add_avx512, "avx512f", __m512, __m512, kChains,
                          _mm512_fmadd_ps(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(multiply_add_bf16, "avx512f,avx512bf16", __m512, __m512bh, kChains,
                          _mm512_dpbf16_ps(sum, x, x))
INKLING_MULTIPLY_ADD_LOOP(multiply_add_int8, "avx512f,avx512vnni", __m512i, __m512i, kChains,
                          _mm512_dpbusd_epi32(sum, x, x))
#undef INKLING_MULTIPLY_ADD_LOOP

std::vector<Loop> multiply_add_loops() {
  const InstructionLevel level = cpu::instruction_level();
  std::vector<Loop> loops{
      {"float32, SSE (x86-64-v2), GMAC/s", 4.0 * kChainsSse * kRepeats, multiply_add_sse}};
  if (level >= InstructionLevel::x86_64_v3) {
    loops.push_back(
        {"float32, AVX2 (x86-64-v3), GMAC/s", 8.0 * kChainsAvx2 * kRepeats, multiply_add_avx2});
  }
  if (level >= InstructionLevel::x86_64_v4) {
    loops.push_back(
        {"float32, AVX-512 (x86-64-v4), GMAC/s", 16.0 * kChains * kRepeats, multiply_add_avx512});
  }
  if (level >= InstructionLevel::x86_64_v4_bf16) {
    loops.push_back({"bf16, VDPBF16PS, GMAC/s", 32.0 * kChains * kRepeats, multiply_add_bf16});
    loops.push_back({"int8, VPDPBUSD, GMAC/s", 64.0 * kChains * kRepeats, multiply_add_int8});
  }
  return loops;
}
#else
std::vector<Loop> multiply_add_loops() { return {}; }
#endif

constexpr std::size_t kMemoryBytes = std::size_t{256} << 20;  // of each thread
// What it is filled with: no zeros, which may take less power. As bf16, too, about a half.
const float kFill = std::bit_cast<float>(0x3F013F01U);

void read_memory(std::vector<float>& memory) {
  std::uint64_t sums[8] = {};
  std::uint64_t word = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(memory.data());
  for (std::size_t i = 0; i < kMemoryBytes; i += sizeof(sums)) {
    for (std::size_t k = 0; k < 8; ++k) {
      std::memcpy(&word, bytes + i + 8 * k, sizeof(word));
      sums[k] += word;
    }
  }
  sink = sink + static_cast<float>(
                    std::accumulate(std::begin(sums), std::end(sums), std::uint64_t{0}) % 2);
}

using Memories = std::vector<std::vector<float>>;  // of each thread

// Work a second of the first `count` threads together, which go on for `seconds`.
double rate(const Loop& loop, Memories& memories, std::size_t count, double seconds) {
  std::vector<std::thread> threads;
  std::vector<double> rates(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      const auto begun = Clock::now();
      double passed = 0;
      double done = 0;
      while (passed < seconds) {
        loop.run(memories[i]);
        done += loop.work;
        passed = std::chrono::duration<double>(Clock::now() - begun).count();
      }
      rates[i] = done / passed;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

std::string measured(const Loop& loop, Memories& memories, std::size_t count, double seconds,
                     int rounds) {
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    rates.push_back(rate(loop, memories, count, seconds) / 1e9);
  }
  std::sort(rates.begin(), rates.end());
  char text[80];
  std::snprintf(text, sizeof(text), "%.1f (%.1f … %.1f)", rates[rates.size() / 2], rates.front(),
                rates.back());
  return text;
}

int run(double seconds, int rounds) {
  if (!(seconds > 0) || rounds < 1) {
    std::fprintf(stderr,
                 "bench-roofline: expected SECONDS above 0 and ROUNDS of 1 or more, received %g "
                 "and %d\n",
                 seconds, rounds);
    return 2;
  }
  std::vector<Loop> loops = multiply_add_loops();
  loops.push_back({"memory, read, GB/s", static_cast<double>(kMemoryBytes), read_memory});
  Memories memories(std::max(1U, std::thread::hardware_concurrency()),
                    std::vector<float>(kMemoryBytes / sizeof(float), kFill));
  std::printf("| %s | one thread | %zu threads |\n|---|---|---|\n",
              cpu::name_of(cpu::instruction_level()), memories.size());
  for (const Loop& loop : loops) {
    std::printf("| %s | %s | %s |\n", loop.name.c_str(),
                measured(loop, memories, 1, seconds, rounds).c_str(),
                measured(loop, memories, memories.size(), seconds, rounds).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  return inkling::run(argc > 1 ? std::atof(argv[1]) : 0.5, argc > 2 ? std::atoi(argv[2]) : 5);
}
