// bench-cpu: the CPU's kernels one at a time and what the machine could do at most, by Google
// Benchmark, whose flags it takes:
//
//   bench-cpu --benchmark_filter='peak|predict' --benchmark_repetitions=7
#include <benchmark/benchmark.h>

#include "bench/cpu/registers.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  inkling::bench::register_peaks();
  inkling::bench::register_picture_steps();
  inkling::bench::register_prediction_steps();
  inkling::bench::register_training_kernels();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
