// The kernels of a LargerCNN training step at a batch of 64, on all cores. "MAC/s" are those of the
// plain sums; Winograd's do with a quarter of them.
#include <algorithm>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/cpu/registers.h"
#include "bench/kernel_cases.h"

namespace inkling::bench {
namespace {

constexpr Index kBatch = 64;

}  // namespace

void register_training_kernels() {
  const Device device = Device::cpu();
  Peers peers(device);
  visit_kernel_cases(device, kBatch, peers, [](const KernelCase& kernel) {
    std::string name = "train/" + std::string(to_string(kernel.dtype)) + "/" + kernel.name;
    std::replace(name.begin(), name.end(), ' ', '_');
    benchmark::RegisterBenchmark(
        name.c_str(),
        [kernel](benchmark::State& state) {
          for (auto _ : state) {
            kernel.ours();
          }
          using benchmark::Counter;
          if (kernel.flops > 0) {
            state.counters["MAC/s"] = Counter(kernel.flops / 2, Counter::kIsIterationInvariantRate);
          }
          state.counters["bytes/s"] = Counter(kernel.bytes, Counter::kIsIterationInvariantRate);
        })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  });
}

}  // namespace inkling::bench
