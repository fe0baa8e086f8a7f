// The steps of a LargerCNN frozen for serving, on one thread. "of_peak": the multiply-adds of their
// algorithm (Winograd's products, not the plain sums) as a share of what the machine could do.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/case_builder.h"
#include "bench/cpu/peaks.h"
#include "bench/cpu/registers.h"
#include "engine/inference/aligned_buffer.h"
#include "engine/inference/linear_step.h"
#include "engine/inference/step.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::bench {
namespace {

using frozen::Member;

// None is negative, as after a ReLU.
AlignedBuffer<float> random_numbers(Index size) {
  AlignedBuffer<float> numbers(std::max<Index>(size, 1));
  const Tensor random = random_tensor({numbers.size()}, Dtype::float32, Device::cpu(1));
  std::transform(random.data<float>(), random.data<float>() + size, numbers.data(),
                 [](float value) { return std::abs(value); });
  return numbers;
}

std::span<const float> view(const AlignedBuffer<float>& numbers) {
  return {numbers.data(), static_cast<std::size_t>(numbers.size())};
}

// Runs the benchmark's loop, whose body does so many multiply-adds of a unit.
template <class Body>
void measure(benchmark::State& state, double multiply_adds, Unit unit, const Body& body) {
  const double peak = peak_multiply_adds(unit);
  const auto begun = std::chrono::steady_clock::now();
  for (auto _ : state) {
    body();
    benchmark::ClobberMemory();
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
  const double rate = multiply_adds * static_cast<double>(state.iterations()) / passed.count();
  state.counters["MAC/s"] = rate;
  if (peak > 0) {
    state.counters["of_peak"] = rate / peak;
  }
}

struct Convolution {
  const char* name;
  Index side;
  Index in;
  Index out;
  Epilogue epilogue;
  double multiply_adds;  // that its algorithm does
};

void run_convolution(benchmark::State& state, const Convolution& c, bool low_precision, Unit unit) {
  const layers::Conv2d layer{c.name, c.out, 3, {.padding = 1}};
  const AlignedBuffer<float> weight = random_numbers(9 * c.in * c.out);
  const AlignedBuffer<float> bias = random_numbers(c.out);
  const auto step = frozen::freeze(layer, {c.side, c.side, c.in}, view(weight), view(bias),
                                   c.epilogue, low_precision);
  const AlignedBuffer<float> x = random_numbers(step->input().size());
  AlignedBuffer<float> y(c.side * c.side * c.out);
  AlignedBuffer<float> workspace(std::max<Index>(step->workspace(1), 1));
  Member alone;
  measure(state, c.multiply_adds, unit,
          [&] { step->run(x.data(), y.data(), c.side * c.out, workspace.data(), alone); });
}

void run_linear(benchmark::State& state, Index in, Index out, bool low_precision, Unit unit) {
  const Index rows = state.range(0);
  const AlignedBuffer<float> random = random_numbers(in * out);
  std::vector<float> weight(view(random).begin(), view(random).end());
  for (float& value : weight) {
    value = static_cast<float>(static_cast<int>(1024 * value)) / 1024;  // halves hold it
  }
  const AlignedBuffer<float> bias = random_numbers(out);
  std::vector<Index> order(static_cast<std::size_t>(in));
  std::iota(order.begin(), order.end(), 0);
  const auto step = frozen::freeze(
      {.out_features = out, .weight = weight, .bias = view(bias), .order = order}, low_precision);
  const AlignedBuffer<float> x = random_numbers(rows * in);
  AlignedBuffer<float> y(rows * out);
  AlignedBuffer<float> workspace(std::max<Index>(step->workspace(rows), 1));
  Member alone;
  const auto multiply_adds = static_cast<double>(rows * in * out);
  measure(state, multiply_adds, unit,
          [&] { step->run(rows, x.data(), true, y.data(), workspace.data(), alone); });
}

// Those of Winograd's tiles: 7 × 7 of 36, and (3 · 6 + 4)².
constexpr Convolution kConvolutions[] = {
    {"conv1", 28, 1, 64, Epilogue::relu, 28.0 * 28 * 9 * 64},
    {"conv2", 28, 64, 128, Epilogue::relu_pool, 42.0 * 42 * 64 * 128},
    {"conv3", 14, 128, 256, Epilogue::relu_pool, 22.0 * 22 * 128 * 256},
};

}  // namespace

void register_prediction_steps() {
  for (const bool low_precision : {false, true}) {
    const std::string precision = low_precision ? "fast/" : "float32/";
    const Unit of_convolution = !low_precision           ? Unit::float32
                                : cpu::simd::has_bf16()  ? Unit::bf16
                                : cpu::simd::has_int16() ? Unit::int16
                                                         : Unit::float32;
    for (const Convolution& c : kConvolutions) {
      const Unit unit = c.in == 1 ? Unit::float32 : of_convolution;
      benchmark::RegisterBenchmark(
          ("predict/" + precision + c.name).c_str(),
          [=](benchmark::State& state) { run_convolution(state, c, low_precision, unit); })
          ->Unit(benchmark::kMicrosecond);
    }
    const Unit unit = low_precision && cpu::simd::has_int8() ? Unit::int8 : Unit::float32;
    benchmark::RegisterBenchmark(
        ("predict/" + precision + "fc1").c_str(),
        [=](benchmark::State& state) { run_linear(state, 256 * 7 * 7, 512, low_precision, unit); })
        ->Arg(1)
        ->Arg(64)
        ->ArgName("pictures")
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace inkling::bench
