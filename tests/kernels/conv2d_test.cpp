// The convolution kernels in float32 against plain loops in float64, at whatever level INKLING_ISA
// forces.
#include <algorithm>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/cpu/gemm.h"
#include "kernels/kernels.h"
#include "kernels/pointwise.h"
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

using LargeConv2d = Conv2d;

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
  std::vector<float> dbias(static_cast<std::size_t>(shape.out_channels));
  cpu::conv2d_backward<float>(*cpu::open_stream(2), {.shape = shape,
                                                     .epilogue = Epilogue::none,
                                                     .x = x.data(),
                                                     .weight = weight.data(),
                                                     .y = nullptr,
                                                     .argmax = nullptr,
                                                     .dy = dy.data(),
                                                     .dx = dx.data(),
                                                     .dweight = dweight.data(),
                                                     .dbias = dbias.data()});
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
  std::vector<double> sums(dbias.size());
  for (std::size_t i = 0; i < outputs; ++i) {
    sums[i % sums.size()] += static_cast<double>(dy[i]);
  }
  EXPECT_LE(relative_distance(dbias, sums), 1e-5);  // sums that may cancel
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

// ReLU and the pool of plain sums, and the sums' gradient for a gradient of the result.
struct PlainEpilogue {
  PlainEpilogue(const Conv2dShape& s, Epilogue epilogue, const std::vector<float>& sums,
                const std::vector<float>& dy)
      : dsums(sums.size()) {
    const Index shrink = epilogue == Epilogue::relu_pool ? 2 : 1;
    for (Index n = 0; n < s.batch; ++n) {
      for (Index row = 0; row < s.out_height() / shrink; ++row) {
        for (Index column = 0; column < s.out_width() / shrink; ++column) {
          for (Index c = 0; c < s.out_channels; ++c) {
            const auto at = [&](Index k) {
              const Index pixel = (n * s.out_height() + shrink * row + k / 2) * s.out_width() +
                                  shrink * column + k % 2;
              return static_cast<std::size_t>(pixel * s.out_channels + c);
            };
            RunningMax<float> max{sums[at(0)], 0};
            for (int k = 1; k < shrink * shrink; ++k) {
              max.update(sums[at(k)], k);
            }
            y.push_back(relu(max.value));
            dsums[at(max.argmax)] = relu_gradient(y.back(), dy[y.size() - 1]);
          }
        }
      }
    }
  }

  std::vector<float> y;
  std::vector<float> dsums;
};

// The same sums are taken, so the numbers are the same, bit for bit. The first image is black: its
// sums are the bias, so the windows' results are equal, and the first is the maximum.
TEST_P(Conv2d, EpiloguesMatchPlainSums) {
  std::fill_n(x.begin(), std::ssize(x) / shape.batch, 0.0F);
  const auto stream = cpu::open_stream(2);
  const std::vector<float> bias = random_values<float>(shape.out_channels, 3);
  const std::vector<float> dy = random_values<float>(static_cast<Index>(outputs), 4);
  const auto forward = [&](Epilogue epilogue, std::vector<float>& y, std::uint8_t* argmax) {
    cpu::conv2d_forward<float>(*stream, {.shape = shape,
                                         .epilogue = epilogue,
                                         .x = x.data(),
                                         .weight = weight.data(),
                                         .bias = bias.data(),
                                         .y = y.data(),
                                         .argmax = argmax});
  };
  const auto gradients = [&](Epilogue epilogue, const std::vector<float>& y,
                             const std::vector<std::uint8_t>& argmax,
                             const std::vector<float>& of_result) {
    std::vector<float> all(x.size() + weight.size() + bias.size(),
                           std::numeric_limits<float>::quiet_NaN());
    cpu::conv2d_backward<float>(*stream, {.shape = shape,
                                          .epilogue = epilogue,
                                          .x = x.data(),
                                          .weight = weight.data(),
                                          .y = y.data(),
                                          .argmax = argmax.data(),
                                          .dy = of_result.data(),
                                          .dx = all.data(),
                                          .dweight = all.data() + x.size(),
                                          .dbias = all.data() + x.size() + weight.size()});
    return all;
  };
  std::vector<float> sums(outputs);
  forward(Epilogue::none, sums, nullptr);
  for (const Epilogue epilogue : {Epilogue::relu, Epilogue::relu_pool}) {
    const PlainEpilogue plain(shape, epilogue, sums, dy);
    std::vector<float> y(plain.y.size(), std::numeric_limits<float>::quiet_NaN());
    std::vector<std::uint8_t> argmax(outputs);
    forward(epilogue, y, epilogue == Epilogue::relu_pool ? argmax.data() : nullptr);
    EXPECT_EQ(y, plain.y);
    EXPECT_EQ(gradients(epilogue, y, argmax, dy), gradients(Epilogue::none, sums, {}, plain.dsums));
  }
}

// More images than are multiplied together on the CPU: a weight's gradient is the sum of the
// images'.
TEST_P(LargeConv2d, GradientOfABatchIsTheSumOfItsParts) {
  const auto stream = cpu::open_stream(2);
  const Index out_image = shape.out_height() * shape.out_width() * shape.out_channels;
  const Index in_image = shape.in_height * shape.in_width * shape.in_channels;
  const std::vector<float> dy = random_values<float>(static_cast<Index>(outputs), 4);
  const auto gradient = [&](Index first, Index images) {
    Conv2dShape part = shape;
    part.batch = images;
    std::vector<float> dweight(weight.size());
    std::vector<float> dx(static_cast<std::size_t>(images * in_image));
    cpu::conv2d_backward<float>(*stream, {.shape = part,
                                          .epilogue = Epilogue::none,
                                          .x = x.data() + first * in_image,
                                          .weight = weight.data(),
                                          .y = nullptr,
                                          .argmax = nullptr,
                                          .dy = dy.data() + first * out_image,
                                          .dx = dx.data(),
                                          .dweight = dweight.data(),
                                          .dbias = nullptr});
    return std::pair(dweight, dx);
  };
  const auto [whole, dx] = gradient(0, shape.batch);
  std::vector<double> sum(weight.size());
  std::vector<float> dx_of_parts;
  for (Index image = 0; image < shape.batch; ++image) {
    const auto [part, dx_of_part] = gradient(image, 1);
    std::transform(part.begin(), part.end(), sum.begin(), sum.begin(), std::plus<double>());
    dx_of_parts.insert(dx_of_parts.end(), dx_of_part.begin(), dx_of_part.end());
  }
  EXPECT_LE(relative_distance(whole, sum), 10 * kTolerance);  // sums of 15,360 products
  EXPECT_EQ(dx, dx_of_parts);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Conv2d, testing::ValuesIn(kConv2dShapes));
INSTANTIATE_TEST_SUITE_P(Shapes, LargeConv2d,
                         testing::Values(Conv2dShape{15, 32, 32, 32, 32, 3, 1, 1},
                                         Conv2dShape{18, 9, 9, 3, 4, 3, 1, 1}));

}  // namespace
}  // namespace inkling
