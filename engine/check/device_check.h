// Operations on a device against the same on the CPU in float64.
#pragma once

#include "engine/check/gradcheck.h"

namespace inkling {

// ‖device - reference‖ / ‖reference‖ (or / 1e-2, if that is more), the largest of all results; NaN
// when one is.
struct DeviceCheckResult {
  double forward_error = 0;
  double gradient_error = 0;  // of all inputs
  bool passed = false;        // both within the tolerance
};

// What rounding leaves: sums in float32, and for bfloat16 one rounding of each result to 8 bits.
constexpr double device_check_tolerance(Dtype dtype) {
  return dtype == Dtype::bfloat16 ? 0x1.0p-8 : 1e-5;
}

// Runs an operation and its gradient on the device with activations in `dtype` (float32 or
// bfloat16) and on the CPU in float64, on the same numbers: drawn, then rounded to `dtype`.
DeviceCheckResult run_device_check(const GradcheckCase& check, const Device& device, Dtype dtype,
                                   std::uint64_t seed = 1);

}  // namespace inkling
