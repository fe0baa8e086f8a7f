// The check itself must be able to fail. Its use on a device: tests/kernels/cuda.
#include "engine/check/device_check.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/kernels/levels.h"

namespace inkling {
namespace {

// x → factor · x in float32 alone, and its gradient; in float64 both are x's.
GradcheckCase scaled(float forward, float backward) {
  return {"scaled", "", {{4}}, [=](const std::vector<Variable>& in) {
            const auto times = [](const Tensor& tensor, float factor) {
              Tensor result = tensor.clone();
              for (Index i = 0; tensor.dtype() == Dtype::float32 && i < tensor.size(); ++i) {
                result.data<float>()[i] *= factor;
              }
              return result;
            };
            return Variable::from_op(times(in[0].value(), forward), {in[0]}, [=](const Tensor& dy) {
              return std::vector<Tensor>{times(dy, backward)};
            });
          }};
}

TEST(DeviceCheck, FindsWrongResultsAndGradients) {
  const auto check = [](float forward, float backward) {
    return run_device_check(scaled(forward, backward), Device::cpu(1), Dtype::float32);
  };
  EXPECT_TRUE(check(1, 1).passed);
  EXPECT_FALSE(check(1.0001F, 1).passed);
  EXPECT_FALSE(check(1, 1.0001F).passed);
  EXPECT_FALSE(check(std::nanf(""), 1).passed);
  EXPECT_FALSE(check(1, std::nanf("")).passed);
}

// Every operation on the CPU, as CudaDeviceCheck asks of a GPU, at whatever level INKLING_ISA
// forces.
TEST(CpuDeviceCheck, AgreesWithFloat64) {
  if (const auto reason = level_missing_here()) {
    GTEST_SKIP() << *reason;
  }
  for (const GradcheckCase& check : gradcheck_cases()) {
    for (const Dtype dtype : {Dtype::float32, Dtype::bfloat16}) {
      const DeviceCheckResult result = run_device_check(check, Device::cpu(2), dtype);
      EXPECT_TRUE(result.passed) << check.op << ", " << check.description << ", "
                                 << to_string(dtype) << ": " << result.forward_error << " and "
                                 << result.gradient_error;
    }
  }
}

}  // namespace
}  // namespace inkling
