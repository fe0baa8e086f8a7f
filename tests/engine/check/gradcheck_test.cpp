// Every operation's gradient against finite differences: the cases of `inkling gradcheck`.
#include "engine/check/gradcheck.h"

#include <limits>

#include <gtest/gtest.h>

#include "engine/ops/activation.h"
#include "engine/ops/linear.h"

namespace inkling {
namespace {

class Gradcheck : public testing::TestWithParam<std::size_t> {};

TEST_P(Gradcheck, AgreesWithFiniteDifferences) {
  const GradcheckCase& check = gradcheck_cases()[GetParam()];
  for (const std::uint64_t seed : {1, 2}) {
    const GradcheckResult result = run_gradcheck(check, Device::cpu(2), seed);
    EXPECT_TRUE(result.passed) << check.op << ", " << check.description << ": "
                               << result.forward_error.value_or(0) << " and "
                               << result.gradient_error;
  }
}

INSTANTIATE_TEST_SUITE_P(AllCases, Gradcheck,
                         testing::Range<std::size_t>(0, gradcheck_cases().size()));

// The check itself must be able to fail.
TEST(GradcheckItself, FindsAGradientThatIsSlightlyOff) {
  const GradcheckCase wrong{"wrong", "", {{3}}, [](const std::vector<Variable>& in) {
                              return Variable::from_op(in[0].value().clone(), {in[0]},
                                                       [](const Tensor& dy) {
                                                         Tensor dx = dy.clone();
                                                         dx.data<double>()[2] *= 1.001;
                                                         return std::vector<Tensor>{dx};
                                                       });
                            }};
  EXPECT_FALSE(run_gradcheck(wrong, Device::cpu(1)).passed);
}

TEST(GradcheckItself, FindsAValueThatIsSlightlyOff) {
  const auto relu_of = [](const std::vector<Variable>& in) { return relu(in[0]); };
  const auto nearly = [](const std::vector<Variable>& in) {
    Tensor y = relu(in[0]).value().clone();
    y.data<double>()[0] += 1e-4;
    return Variable(y);
  };
  EXPECT_TRUE(run_gradcheck({"relu", "", {{3}}, relu_of, relu_of}, Device::cpu(1)).passed);
  EXPECT_FALSE(run_gradcheck({"relu", "", {{3}}, relu_of, nearly}, Device::cpu(1)).passed);
}

TEST(GradcheckItself, DoesNotPassNaN) {
  const GradcheckCase wrong{"wrong", "", {{2}}, [](const std::vector<Variable>& in) {
                              return Variable::from_op(
                                  in[0].value().clone(), {in[0]}, [](const Tensor& dy) {
                                    Tensor dx = dy.clone();
                                    dx.data<double>()[0] = std::numeric_limits<double>::quiet_NaN();
                                    return std::vector<Tensor>{dx};
                                  });
                            }};
  EXPECT_FALSE(run_gradcheck(wrong, Device::cpu(1)).passed);
}

}  // namespace
}  // namespace inkling
