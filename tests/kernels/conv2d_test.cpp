// The convolution kernels in float32 against plain loops in float64, at whatever level INKLING_ISA
// forces.
#include <limits>

#include <gtest/gtest.h>

#include "kernels/cpu/gemm.h"
#include "kernels/kernels.h"
#include "kernels/shapes.h"
#include "tests/kernels/levels.h"
#include "tests/kernels/reference.h"

namespace inkling {
namespace {

using reference::random_values;
using reference::relative_distance;

// Sums of at most a few thousand float32 products: an error of 1e-6 relative to the norm is what
// rounding leaves.
constexpr double kTolerance = 1e-6;

class Conv2d : public testing::TestWithParam<Conv2dShape> {
 protected:
  void SetUp() override {
    if (const auto reason = level_missing_here()) {
      GTEST_SKIP() << *reason;
    }
  }

  Conv2dShape shape = GetParam();
  std::vector<float> x =
      random_values<float>(shape.batch * shape.in_height * shape.in_width * shape.in_channels, 1);
  std::vector<float> weight = random_values<float>(shape.patch() * shape.out_channels, 2);
  std::size_t outputs = static_cast<std::size_t>(shape.batch * shape.out_height() *
                                                 shape.out_width() * shape.out_channels);
};

TEST_P(Conv2d, ForwardMatchesPlainLoops) {
  const std::vector<float> bias = random_values<float>(shape.out_channels, 3);
  std::vector<float> y(outputs, std::numeric_limits<float>::quiet_NaN());
  cpu::conv2d_forward<float>(*cpu::open_stream(2), {.shape = shape,
                                                    .epilogue = Epilogue::none,
                                                    .x = x.data(),
                                                    .weight = weight.data(),
                                                    .bias = bias.data(),
                                                    .y = y.data(),
                                                    .argmax = nullptr});
  std::vector<double> expected = reference::conv2d(shape, x, weight);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] += static_cast<double>(bias[i % bias.size()]);
  }
  EXPECT_LE(relative_distance(y, expected), kTolerance);
}

// <dy, conv(x, w)> is linear in x and in w: the gradients must give the same number. (The
// gradients' single elements are checked against differences in the engine's tests.)
TEST_P(Conv2d, GradientsAreTheAdjointOfForward) {
  const std::vector<float> dy = random_values<float>(static_cast<Index>(outputs), 4);
  std::vector<float> dx(x.size(), std::numeric_limits<float>::quiet_NaN());
  std::vector<float> dweight(weight.size(), std::numeric_limits<float>::quiet_NaN());
  cpu::conv2d_backward<float>(*cpu::open_stream(2), {.shape = shape,
                                                     .epilogue = Epilogue::none,
                                                     .x = x.data(),
                                                     .weight = weight.data(),
                                                     .y = nullptr,
                                                     .argmax = nullptr,
                                                     .dy = dy.data(),
                                                     .dx = dx.data(),
                                                     .dweight = dweight.data(),
                                                     .dbias = nullptr});
  const auto dot = [](const auto& a, const auto& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    return sum;
  };
  const double expected = dot(dy, reference::conv2d(shape, x, weight));
  const double scale = std::sqrt(dot(dy, dy)) * std::sqrt(static_cast<double>(outputs));
  EXPECT_LE(std::abs(dot(dx, x) - expected), kTolerance * scale);
  EXPECT_LE(std::abs(dot(dweight, weight) - expected), kTolerance * scale);
}

TEST_P(Conv2d, IsBitIdenticalForAnyNumberOfThreads) {
  const std::vector<float> dy = random_values<float>(static_cast<Index>(outputs), 4);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 3, 7}) {
    const auto stream = cpu::open_stream(threads);
    std::vector<float> all(outputs + x.size() + weight.size() +
                           static_cast<std::size_t>(shape.out_channels));
    float* dx = all.data() + outputs;
    cpu::conv2d_forward<float>(*stream, {.shape = shape,
                                         .epilogue = Epilogue::none,
                                         .x = x.data(),
                                         .weight = weight.data(),
                                         .bias = nullptr,
                                         .y = all.data(),
                                         .argmax = nullptr});
    cpu::conv2d_backward<float>(*stream, {.shape = shape,
                                          .epilogue = Epilogue::none,
                                          .x = x.data(),
                                          .weight = weight.data(),
                                          .y = nullptr,
                                          .argmax = nullptr,
                                          .dy = dy.data(),
                                          .dx = dx,
                                          .dweight = dx + x.size(),
                                          .dbias = dx + x.size() + weight.size()});
    results.push_back(std::move(all));
  }
  for (std::size_t i = 1; i < results.size(); ++i) {
    EXPECT_EQ(results[i], results[0]);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Conv2d, testing::ValuesIn(kConv2dShapes));

}  // namespace
}  // namespace inkling
