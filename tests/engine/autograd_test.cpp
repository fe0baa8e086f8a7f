#include "engine/autograd.h"

#include <gtest/gtest.h>

#include "engine/ops/activation.h"
#include "engine/ops/linear.h"

namespace inkling {
namespace {

const Device kCpu = Device::cpu(1);

Variable leaf(const Shape& shape, const std::vector<double>& values, bool requires_grad = true) {
  return Variable(Tensor::from_host<double>(shape, values, kCpu), requires_grad);
}

TEST(Autograd, AddsTheGradientsOfAVariableUsedTwice) {
  const Variable x = leaf({1, 1}, {3});
  Variable y = linear(x, x, Variable());  // x·x
  y.backward();
  EXPECT_EQ(x.grad().to_host<double>()[0], 6);
}

TEST(Autograd, FollowsADiamondInTopologicalOrder) {
  const Variable x = leaf({1, 1}, {2});
  const Variable a = relu(x);
  const Variable b = relu(a);
  Variable y = linear(a, b, Variable());  // x·x by two paths of different length
  y.backward();
  EXPECT_EQ(x.grad().to_host<double>()[0], 4);
}

TEST(Autograd, AccumulatesOverBackwardCallsUntilCleared) {
  Variable x = leaf({1, 2}, {1, 2});
  for (int i = 0; i < 2; ++i) {
    linear(x, leaf({1, 2}, {5, 7}, false), Variable()).backward();
  }
  EXPECT_EQ(x.grad().to_host<double>(), (std::vector<double>{10, 14}));
  x.clear_grad();
  EXPECT_FALSE(x.grad().defined());
}

TEST(Autograd, SkipsInputsThatRequireNoGradient) {
  const Variable x = leaf({1, 1}, {3}, false);
  const Variable w = leaf({1, 1}, {2});
  linear(x, w, Variable()).backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_EQ(w.grad().to_host<double>()[0], 3);
}

TEST(Autograd, BuildsNoGraphUnderNoGrad) {
  const Variable x = leaf({1, 1}, {3});
  {
    const NoGrad outer;
    { const NoGrad inner; }
    EXPECT_FALSE(relu(x).requires_grad());
  }
  EXPECT_TRUE(relu(x).requires_grad());
}

TEST(Autograd, RejectsCallsWithoutMeaning) {
  const Variable x = leaf({1, 2}, {1, 2});
  EXPECT_THROW(leaf({1}, {1}, false).backward(), std::logic_error);
  EXPECT_THROW(relu(x).backward(), std::invalid_argument) << "two elements and no gradient";
  EXPECT_THROW(relu(x).backward(Tensor::zeros({2, 1}, Dtype::float64, kCpu)),
               std::invalid_argument);
  Variable y = linear(x, leaf({1, 2}, {1, 1}), Variable());
  y.backward();
  EXPECT_THROW(y.backward(), std::logic_error) << "the graph is used up";
}

TEST(Autograd, SurvivesAGraphOfAHundredThousandOperations) {
  const Variable x = leaf({1}, {1});
  Variable y = x;
  for (int i = 0; i < 100'000; ++i) {
    y = relu(y);
  }
  y.backward();
  EXPECT_EQ(x.grad().to_host<double>()[0], 1);
}

}  // namespace
}  // namespace inkling
