// What `inkling gradcheck --device cuda` asks: every operation and its gradient, in both
// precisions.
#include "engine/check/device_check.h"

#include "tests/kernels/cuda/device.h"

namespace inkling {
namespace {

class CudaDeviceCheck : public CudaKernels, public testing::WithParamInterface<std::size_t> {};

TEST_P(CudaDeviceCheck, AgreesWithTheCpuInFloat64) {
  const GradcheckCase& check = gradcheck_cases()[GetParam()];
  for (const Dtype dtype : {Dtype::float32, Dtype::bfloat16}) {
    const DeviceCheckResult result = run_device_check(check, Device::cuda(), dtype);
    EXPECT_TRUE(result.passed) << check.op << ", " << check.description << ", " << to_string(dtype)
                               << ": " << result.forward_error << " and " << result.gradient_error;
  }
}

INSTANTIATE_TEST_SUITE_P(AllCases, CudaDeviceCheck,
                         testing::Range<std::size_t>(0, gradcheck_cases().size()));

#ifdef INKLING_CUDA_EMULATION
// Turing has no tensor cores for bf16: the CUDA cores take it, and the emulation refuses what such
// a card lacks.
TEST(CudaDeviceCheckOnTuring, Bf16RunsOnTheCudaCores) {
  const emulation::ScopedDevice turing({.capability = 75});
  for (const GradcheckCase& check : gradcheck_cases()) {
    const DeviceCheckResult result = run_device_check(check, Device::cuda(), Dtype::bfloat16);
    EXPECT_TRUE(result.passed) << check.op << ", " << check.description << ": "
                               << result.forward_error << " and " << result.gradient_error;
  }
}
#endif

}  // namespace
}  // namespace inkling
