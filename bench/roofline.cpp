// bench-roofline [SECONDS=0.5] [ROUNDS=5]: what this machine could do at most, by loops that touch
// nothing but registers and by one that reads far more memory than any cache holds: multiply-adds a
// second in each precision that the kernels use, gigabytes a second, on one thread and on all.
// Prints a Markdown table of medians, with the least and the most.
#include <algorithm>
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

// From memory: chains that the compiler knows to be equal it computes once.
template <class Vector, std::size_t N>
void begin(Vector (&sums)[N], const std::vector<float>& memory) {
  std::memcpy(&sums, memory.data(), sizeof(sums));
}

constexpr int kRepeats = 100000;
constexpr int kChains = 16;  // independent sums: two units, at most eight cycles each

__attribute__((target("sse2"))) void multiply_add_sse(std::vector<float>& memory) {
  constexpr int kSums = 8;  // 16 registers hold them and the products
  const __m128 x = _mm_set1_ps(memory[0]);
  __m128 sums[kSums];
  begin(sums, memory);
  for (int i = 0; i < kRepeats; ++i) {
    for (__m128& sum : sums) {
      sum = _mm_add_ps(_mm_mul_ps(sum, x), x);
    }
  }
  for (const __m128& sum : sums) {
    use(&sum);
  }
}

__attribute__((target("avx2,fma"))) void multiply_add_avx2(std::vector<float>& memory) {
  constexpr int kSums = 12;
  const __m256 x = _mm256_set1_ps(memory[0]);
  __m256 sums[kSums];
  begin(sums, memory);
  for (int i = 0; i < kRepeats; ++i) {
    for (__m256& sum : sums) {
      sum = _mm256_fmadd_ps(sum, x, x);
    }
  }
  for (const __m256& sum : sums) {
    use(&sum);
  }
}

__attribute__((target("avx512f"))) void multiply_add_avx512(std::vector<float>& memory) {
  const __m512 x = _mm512_set1_ps(memory[0]);
  __m512 sums[kChains];
  begin(sums, memory);
  for (int i = 0; i < kRepeats; ++i) {
    for (__m512& sum : sums) {
      sum = _mm512_fmadd_ps(sum, x, x);
    }
  }
  for (const __m512& sum : sums) {
    use(&sum);
  }
}

__attribute__((target("avx512f,avx512bf16"))) void multiply_add_bf16(std::vector<float>& memory) {
  const __m512i bits = _mm512_set1_epi32(static_cast<int>(memory[0]));
  __m512bh x;
  std::memcpy(&x, &bits, sizeof(x));
  __m512 sums[kChains];
  begin(sums, memory);
  for (int i = 0; i < kRepeats; ++i) {
    for (__m512& sum : sums) {
      sum = _mm512_dpbf16_ps(sum, x, x);
    }
  }
  for (const __m512& sum : sums) {
    use(&sum);
  }
}

__attribute__((target("avx512f,avx512vnni"))) void multiply_add_int8(std::vector<float>& memory) {
  const __m512i x = _mm512_set1_epi32(static_cast<int>(memory[0]));
  __m512i sums[kChains];
  begin(sums, memory);
  for (int i = 0; i < kRepeats; ++i) {
    for (__m512i& sum : sums) {
      sum = _mm512_dpbusd_epi32(sum, x, x);
    }
  }
  for (const __m512i& sum : sums) {
    use(&sum);
  }
}

std::vector<Loop> multiply_add_loops() {
  const InstructionLevel level = cpu::instruction_level();
  std::vector<Loop> loops{
      {"float32, SSE (x86-64-v2), GMAC/s", 4.0 * 8 * kRepeats, multiply_add_sse}};
  if (level >= InstructionLevel::x86_64_v3) {
    loops.push_back({"float32, AVX2 (x86-64-v3), GMAC/s", 8.0 * 12 * kRepeats, multiply_add_avx2});
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

// Work a second of all threads together, which begin at once and go on for `seconds`.
double rate(const Loop& loop, std::vector<std::vector<float>>& memories, double seconds) {
  std::vector<std::thread> threads;
  std::vector<double> rates(memories.size());
  for (std::size_t i = 0; i < memories.size(); ++i) {
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

std::string measured(const Loop& loop, std::size_t threads, double seconds, int rounds) {
  std::vector<std::vector<float>> memories(threads,
                                           std::vector<float>(kMemoryBytes / sizeof(float)));
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    rates.push_back(rate(loop, memories, seconds) / 1e9);
  }
  std::sort(rates.begin(), rates.end());
  char text[80];
  std::snprintf(text, sizeof(text), "%.1f (%.1f … %.1f)", rates[rates.size() / 2], rates.front(),
                rates.back());
  return text;
}

int run(double seconds, int rounds) {
  if (seconds <= 0 || rounds < 1) {
    std::fprintf(stderr, "bench-roofline: expected SECONDS above 0 and ROUNDS of 1 or more\n");
    return 2;
  }
  std::vector<Loop> loops = multiply_add_loops();
  loops.push_back({"memory, read, GB/s", static_cast<double>(kMemoryBytes), read_memory});
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::printf("| %s | one thread | %zu threads |\n|---|---|---|\n",
              cpu::name_of(cpu::instruction_level()), threads);
  for (const Loop& loop : loops) {
    std::printf("| %s | %s | %s |\n", loop.name.c_str(), measured(loop, 1, seconds, rounds).c_str(),
                measured(loop, threads, seconds, rounds).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  return inkling::run(argc > 1 ? std::atof(argv[1]) : 0.5, argc > 2 ? std::atoi(argv[2]) : 5);
}
