// What operations do beyond their gradients: ties, NaN, fusion, float32 against float64, bad input.
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "engine/ops/activation.h"
#include "engine/ops/conv2d.h"
#include "engine/ops/linear.h"
#include "engine/ops/loss.h"
#include "engine/ops/pooling.h"
#include "tests/kernels/reference.h"

namespace inkling {
namespace {

const Device kCpu = Device::cpu(2);
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class T>
Variable random_variable(const Shape& shape, std::uint32_t stream) {
  return Variable(
      Tensor::from_host<T>(shape, reference::random_values<T>(element_count(shape), stream), kCpu),
      true);
}

Variable floats(const Shape& shape, const std::vector<float>& values) {
  return Variable(Tensor::from_host<float>(shape, values, kCpu), true);
}

TEST(Relu, HasNoGradientAtZeroAndPropagatesNaN) {
  const Variable x = floats({4}, {-1, 0, 2, kNan});
  Variable y = relu(x);
  const auto values = y.value().to_host<float>();
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[2], 2);
  EXPECT_TRUE(std::isnan(values[3]));
  y.backward(Tensor::from_host<float>({4}, std::vector<float>(4, 1), kCpu));
  EXPECT_EQ(x.grad().to_host<float>()[1], 0);
  EXPECT_EQ(x.grad().to_host<float>()[2], 1);
}

TEST(MaxPool2d, GivesTheGradientToTheFirstOfEquals) {
  const Variable x = floats({1, 2, 2, 1}, {3, 3, 3, 3});
  max_pool2d(x, 2, 2).backward();
  EXPECT_EQ(x.grad().to_host<float>(), (std::vector<float>{1, 0, 0, 0}));
}

TEST(MaxPool2d, PropagatesNaN) {
  EXPECT_TRUE(std::isnan(
      max_pool2d(floats({1, 2, 2, 1}, {9, kNan, 1, 2}), 2, 2).value().to_host<float>()[0]));
  EXPECT_TRUE(std::isnan(
      max_pool2d(floats({1, 2, 2, 1}, {kNan, 9, 1, 2}), 2, 2).value().to_host<float>()[0]));
}

TEST(Flatten, EmitsChannelsThenRowsThenColumns) {
  // Pixel (y, x) of channel c holds 100 c + 10 y + x.
  const Variable x = floats({1, 2, 2, 2}, {0, 100, 1, 101, 10, 110, 11, 111});
  EXPECT_EQ(flatten(x).value().to_host<float>(),
            (std::vector<float>{0, 1, 10, 11, 100, 101, 110, 111}));
}

// conv2d + bias + relu (+ max_pool2d) in one kernel against the chain of plain ones: the same
// numbers, bit for bit, since the same sums are taken. Weights from a coarse grid make ties common.
class FusedConv2d : public testing::TestWithParam<Epilogue> {};

TEST_P(FusedConv2d, MatchesTheChainOfPlainOperations) {
  const Epilogue epilogue = GetParam();
  for (const auto& [images, padding] :
       {std::pair{Shape{3, 8, 8, 3}, 1}, {Shape{2, 7, 9, 1}, 1}, {Shape{18, 5, 6, 2}, 0}}) {
    const Shape filter{3, 3, images[3], 5};
    const auto coarse = [](Variable v) {
      for (Index i = 0; i < v.value().size(); ++i) {
        v.value().data<float>()[i] = std::round(2 * v.value().data<float>()[i]);
      }
      return v;
    };
    std::vector<std::vector<float>> results[2];
    for (const bool plain : {false, true}) {
      const Variable x = coarse(random_variable<float>(images, 1));
      const Variable weight = coarse(random_variable<float>(filter, 2));
      const Variable bias = coarse(random_variable<float>({5}, 3));
      Variable y = conv2d(x, weight, bias, {.padding = padding}, plain ? Epilogue::none : epilogue);
      if (plain) {
        y = relu(y);
        y = epilogue == Epilogue::relu_pool ? max_pool2d(y, 2, 2) : y;
      }
      const Tensor value = y.value();
      y.backward(random_variable<float>(value.shape(), 4).value());
      results[plain ? 1 : 0] = {value.to_host<float>(), x.grad().to_host<float>(),
                                weight.grad().to_host<float>(), bias.grad().to_host<float>()};
    }
    EXPECT_EQ(results[0], results[1]);
  }
}

INSTANTIATE_TEST_SUITE_P(BothFusions, FusedConv2d,
                         testing::Values(Epilogue::relu, Epilogue::relu_pool));

TEST(FusedConv2d, PropagatesNaNThroughThePool) {
  Variable x = floats({1, 2, 2, 1}, {1, kNan, 1, 1});
  const Variable y = conv2d(x, floats({1, 1, 1, 1}, {1}), Variable(), {}, Epilogue::relu_pool);
  EXPECT_TRUE(std::isnan(y.value().to_host<float>()[0]));
}

// By Winograd's minimal filtering on the CPU.
TEST(FusedConv2d, PropagatesNaNWithManyChannels) {
  Variable x = random_variable<float>({1, 8, 8, 32}, 1);
  const Variable weight = random_variable<float>({3, 3, 32, 32}, 2);
  x.value().data<float>()[0] = kNan;
  for (const Epilogue epilogue : {Epilogue::none, Epilogue::relu, Epilogue::relu_pool}) {
    const Variable y = conv2d(x, weight, Variable(), {.padding = 1}, epilogue);
    EXPECT_TRUE(std::isnan(y.value().to_host<float>()[0])) << static_cast<int>(epilogue);
  }
}

TEST(Float32, StaysNearFloat64InAWholeSmallNetwork) {
  const auto run = []<class T>() {
    const Variable x = random_variable<T>({4, 10, 10, 3}, 1);
    const Variable conv = random_variable<T>({3, 3, 3, 8}, 2);
    const Variable fc = random_variable<T>({10, 200}, 3);
    const Variable hidden = conv2d(x, conv, Variable(), {.padding = 1}, Epilogue::relu_pool);
    const auto labels =
        Tensor::from_host<std::uint8_t>({4}, std::vector<std::uint8_t>{1, 2, 3, 9}, kCpu);
    CrossEntropy loss = cross_entropy(linear(flatten(hidden), fc, Variable()), labels, 0.1);
    const double value = static_cast<double>(loss.loss.value().template to_host<T>()[0]);
    loss.loss.backward();
    const auto gradient = conv.grad().template to_host<T>();
    return std::pair(value, std::vector<double>(gradient.begin(), gradient.end()));
  };
  const auto [loss32, gradient32] = run.operator()<float>();
  const auto [loss64, gradient64] = run.operator()<double>();
  EXPECT_LE(std::abs(loss32 - loss64), 1e-5 * std::abs(loss64));
  EXPECT_LE(reference::relative_distance(gradient32, gradient64), 1e-5);
}

// The forward pass makes it for a seed of 1; another seed takes a pass of its own.
TEST(CrossEntropyGradient, IsTheSameWithAndWithoutAGradientOfOne) {
  const auto labels =
      Tensor::from_host<std::uint8_t>({3}, std::vector<std::uint8_t>{1, 0, 3}, kCpu);
  const auto gradient = [&](const Tensor& seed) {
    Variable logits = random_variable<double>({3, 4}, 5);
    cross_entropy(logits, labels, 0.1).loss.backward(seed);
    return logits.grad().to_host<double>();
  };
  const auto seed = [](double value) {
    return Tensor::from_host<double>({1}, std::vector<double>{value}, kCpu);
  };
  const auto unit = gradient(Tensor());
  EXPECT_EQ(unit, gradient(seed(1)));
  auto half = gradient(seed(0.5));
  for (double& value : half) {
    value *= 2;
  }
  EXPECT_LE(reference::relative_distance(half, unit), 1e-15);
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(Operations, ReportWhatTheyExpectedAndReceived) {
  const Variable image = floats({1, 4, 4, 2}, std::vector<float>(32));
  const Variable filter = floats({3, 3, 2, 4}, std::vector<float>(72));
  EXPECT_EQ(
      message([&] {
        conv2d(floats({4, 4}, std::vector<float>(16)), filter, Variable());
      }),
      "conv2d: expected images [batch, height, width, channels] of 4 dimensions, received [4, 4]");
  EXPECT_EQ(message([&] {
              conv2d(image, floats({3, 3, 1, 4}, std::vector<float>(36)), Variable());
            }),
            "conv2d: expected a weight of shape [3, 3, 2, 4], received [3, 3, 1, 4]");
  EXPECT_EQ(message([&] {
              conv2d(image, filter, floats({3}, {1, 2, 3}));
            }),
            "conv2d: expected a bias of shape [4], received [3]");
  EXPECT_EQ(message([&] { conv2d(image, filter, Variable(), {.stride = 0}); }),
            "conv2d: expected stride of at least 1 and padding of at least 0, received 0 and 0");
  EXPECT_EQ(message([&] {
              conv2d(floats({1, 2, 2, 2}, std::vector<float>(8)), filter, Variable());
            }),
            "conv2d: expected images of at least the kernel's 3 pixels with padding, received [1, "
            "2, 2, 2]");
  EXPECT_EQ(message([&] {
              conv2d(image, random_variable<double>({3, 3, 2, 4}, 1), Variable());
            }),
            "conv2d: expected float32 parameters beside float32, received float64");
  EXPECT_EQ(message([&] { max_pool2d(image, 5, 1); }),
            "max_pool2d: expected images of at least the kernel's 5 pixels, received [1, 4, 4, 2]");
  EXPECT_EQ(message([&] { linear(image, filter, Variable()); }),
            "linear: expected rows [batch, in] of 2 dimensions, received [1, 4, 4, 2]");
  EXPECT_EQ(message([&] { dropout(image, 1, {}); }),
            "dropout: expected a probability of at least 0 and below 1, received 1.000000");
  EXPECT_EQ(message([&] { softmax(image.value()); }),
            "softmax: expected logits [batch, classes] of 2 dimensions, received [1, 4, 4, 2]");
  const Variable nothing = floats({0, 4, 4, 2}, {});
  EXPECT_EQ(message([&] { conv2d(nothing, filter, Variable()); }),
            "conv2d: expected images of at least one element, received [0, 4, 4, 2]");
  EXPECT_EQ(message([&] { max_pool2d(nothing, 2, 2); }),
            "max_pool2d: expected images of at least one element, received [0, 4, 4, 2]");
  EXPECT_EQ(message([&] {
              linear(floats({0, 2}, {}), floats({3, 2}, std::vector<float>(6)), Variable());
            }),
            "linear: expected rows of at least one element, received [0, 2]");
  const Device other = Device::cpu(1);
  const Variable elsewhere(Tensor::zeros({3, 3, 2, 4}, Dtype::float32, other));
  EXPECT_EQ(message([&] { conv2d(image, elsewhere, Variable()); }),
            "conv2d: expected tensors of one device, received two");
}

}  // namespace
}  // namespace inkling
