// Winograd's convolutions in vector types against plain loops in float64, at whatever level
// INKLING_ISA forces.
#include <limits>

#include <gtest/gtest.h>

#include "engine/inference/transformed_filters.h"
#include "kernels/cpu/simd/winograd.h"
#include "tests/kernels/reference.h"
#include "tests/kernels/simd_kernels.h"

namespace inkling::cpu::simd {
namespace {

using reference::random_values;
using reference::relative_distance;

// The padded input, and a result whose rows are apart.
struct WinogradCase {
  Index height;
  Index width;
  Index in_channels;
  Index out_channels;
  Epilogue epilogue;
};

std::vector<double> expected_result(const WinogradCase& c, const std::vector<float>& x,
                                    const std::vector<float>& weight,
                                    const std::vector<float>& bias) {
  const Conv2dShape shape{1, c.height, c.width, c.in_channels, c.out_channels, 3, 1, 1};
  std::vector<double> sums = reference::conv2d(shape, x, weight);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] += static_cast<double>(bias[i % bias.size()]);
    sums[i] = c.epilogue == Epilogue::none ? sums[i] : std::max(sums[i], 0.0);
  }
  if (c.epilogue != Epilogue::relu_pool) {
    return sums;
  }
  std::vector<double> pooled;
  for (Index y = 0; y + 1 < c.height; y += 2) {
    for (Index column = 0; column + 1 < c.width; column += 2) {
      for (Index channel = 0; channel < c.out_channels; ++channel) {
        const auto at = [&](Index dy, Index dx) {
          return sums[static_cast<std::size_t>(((y + dy) * c.width + column + dx) * c.out_channels +
                                               channel)];
        };
        pooled.push_back(std::max(std::max(at(0, 0), at(0, 1)), std::max(at(1, 0), at(1, 1))));
      }
    }
  }
  return pooled;
}

template <class Weight>
Weight unset() {
  if constexpr (std::is_same_v<Weight, bfloat16>) {
    return to_bfloat16(kUnset);
  } else if constexpr (std::is_same_v<Weight, std::int16_t>) {
    return std::numeric_limits<std::int16_t>::min();  // what no input becomes
  } else {
    return kUnset;
  }
}

template <class Weight>
void check_winograd(const WinogradCase& c, double tolerance) {
  SCOPED_TRACE(testing::Message() << c.height << " × " << c.width << " × " << c.in_channels << " → "
                                  << c.out_channels << ", epilogue "
                                  << static_cast<int>(c.epilogue));
  const auto x = random_values<float>(c.height * c.width * c.in_channels, 1);
  const auto weight = random_values<float>(9 * c.in_channels * c.out_channels, 2);
  const auto bias = random_values<float>(c.out_channels, 3);
  const auto padded_bias = padded(bias);
  const frozen::TransformedFilters<Weight> filters({.in_channels = c.in_channels,
                                                    .out_channels = c.out_channels,
                                                    .weight = weight.data(),
                                                    .row = c.out_channels});
  const WinogradConv<Weight> conv{.tiles = {.height = c.height, .width = c.width},
                                  .in_channels = c.in_channels,
                                  .out_channels = c.out_channels,
                                  .epilogue = c.epilogue,
                                  .filters = filters.data(),
                                  .filter_scales = filters.scales(),
                                  .bias = padded_bias.data()};
  const Index x_row = conv.tiles.padded_width() * c.in_channels;
  std::vector<float> padded_x(static_cast<std::size_t>(conv.tiles.padded_height() * x_row));
  for (Index y = 0; y < c.height; ++y) {
    std::copy_n(x.begin() + y * c.width * c.in_channels, c.width * c.in_channels,
                padded_x.begin() + (y + 1) * x_row + c.in_channels);
  }
  const bool pooled = c.epilogue == Epilogue::relu_pool;
  const Index height = pooled ? c.height / 2 : c.height;
  const Index row = (pooled ? c.width / 2 : c.width) * c.out_channels;
  const Index y_row = row + 5;
  std::vector<float> y(static_cast<std::size_t>(height * y_row + 1), kUnset);
  std::vector<Weight> inputs(static_cast<std::size_t>(conv.input_size()), unset<Weight>());
  const float step = has_int16() ? largest_magnitude(std::ssize(padded_x), padded_x.data()) /
                                       int16_steps(c.in_channels)
                                 : 0.0F;
  std::vector<float> products(static_cast<std::size_t>(conv.product_size()), kUnset);
  winograd(conv, {padded_x.data(), x_row}, {y.data(), y_row}, nullptr,
           WinogradInputs<Weight>{inputs.data(), step}, products.data());
  std::vector<float> got;
  for (Index i = 0; i < std::ssize(y); ++i) {
    if (i / y_row < height && i % y_row < row) {
      got.push_back(y[static_cast<std::size_t>(i)]);
    } else {
      EXPECT_TRUE(std::isnan(y[static_cast<std::size_t>(i)])) << "written beyond the result";
    }
  }
  EXPECT_LE(relative_distance(got, expected_result(c, x, weight, bias)), tolerance);
}

template <class Weight>
void check_winograd_everywhere(double tolerance) {
  for (const Epilogue epilogue : {Epilogue::none, Epilogue::relu, Epilogue::relu_pool}) {
    for (const Index side : {1, 2, 3, 4, 7, 14}) {
      check_winograd<Weight>({side, side, 16, 32, epilogue}, tolerance);
    }
    check_winograd<Weight>({5, 10, 48, 16, epilogue}, tolerance);
    check_winograd<Weight>({9, 3, 16, 80, epilogue}, tolerance);
    check_winograd<Weight>({14, 14, 64, 64, epilogue}, tolerance);
    check_winograd<Weight>({28, 28, 32, 32, epilogue}, tolerance);
  }
}

TEST_F(SimdKernels, WinogradMatchesPlainLoops) { check_winograd_everywhere<float>(5e-6); }

// bf16 rounds to 8 bits, 2^-9 of a number at most, inputs and filters alike; the transforms enlarge
// that a little.
TEST_F(SimdKernels, WinogradInBf16MatchesPlainLoops) {
  if (!has_bf16()) {
    GTEST_SKIP() << "this level has no dot products of bf16";
  }
  check_winograd_everywhere<bfloat16>(1.5e-2);
}

// Filters have thousands of steps up to their largest, inputs up to the largest that a position can
// have: half a step is about as much as what bf16 rounds.
TEST_F(SimdKernels, WinogradInInt16MatchesPlainLoops) {
  if (!has_int16()) {
    GTEST_SKIP() << "this level has no products of int16";
  }
  check_winograd_everywhere<std::int16_t>(1.5e-2);
}

// The sums of the longest products of the largest numbers must fit 32 bits.
TEST_F(SimdKernels, WinogradInInt16DoesNotOverflow) {
  for (const Index in_channels : {16, 32, 64, 128, 256, 1024}) {
    const auto steps = static_cast<std::int64_t>(int16_steps(in_channels));
    EXPECT_LE(steps * steps * in_channels, std::numeric_limits<std::int32_t>::max());
    EXPECT_GE((steps + 1) * (steps + 1) * in_channels, std::numeric_limits<std::int32_t>::max());
  }
}

}  // namespace
}  // namespace inkling::cpu::simd
