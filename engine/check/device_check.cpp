#include "engine/check/device_check.h"

#include "engine/check/relative_error.h"

namespace inkling {
namespace {

std::vector<double> to_doubles(const Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class T>() {
    std::vector<double> result;
    for (const auto value : tensor.to_host<T>()) {
      if constexpr (std::is_same_v<T, bfloat16>) {
        result.push_back(static_cast<double>(to_float(value)));
      } else {
        result.push_back(static_cast<double>(value));
      }
    }
    return result;
  });
}

Tensor from_doubles(const Shape& shape, const std::vector<double>& values, Dtype dtype,
                    const Device& device) {
  return dispatch(dtype, [&]<class T>() {
    std::vector<T> converted;
    for (const double value : values) {
      if constexpr (std::is_same_v<T, bfloat16>) {
        converted.push_back(to_bfloat16(static_cast<float>(value)));
      } else {
        converted.push_back(static_cast<T>(value));
      }
    }
    return Tensor::from_host<T>(shape, converted, device);
  });
}

std::vector<double> rounded_to(Dtype dtype, std::vector<double> values) {
  for (double& value : values) {
    const auto narrow = static_cast<float>(value);
    value = static_cast<double>(dtype == Dtype::bfloat16 ? to_float(to_bfloat16(narrow)) : narrow);
  }
  return values;
}

// An operation's result, and the gradients of its inputs.
struct Outcome {
  std::vector<double> result;
  std::vector<std::vector<double>> gradients;
};

// Activations in `dtype`, parameters in its accumulation dtype.
Outcome run(const GradcheckCase& check, const std::vector<std::vector<double>>& values,
            const Device& device, Dtype dtype, std::uint64_t seed) {
  std::vector<Variable> inputs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    inputs.emplace_back(
        from_doubles(check.inputs[i], values[i], i == 0 ? dtype : accum_dtype(dtype), device),
        /*requires_grad=*/true);
  }
  Variable y = check.function(inputs);
  const Tensor& result = y.value();
  const auto cotangent = rounded_to(Dtype::bfloat16, separated_values(result.size(), seed, 1000));
  Outcome outcome{.result = to_doubles(result), .gradients = {}};
  y.backward(from_doubles(result.shape(), cotangent, result.dtype(), device));
  for (const Variable& input : inputs) {
    outcome.gradients.push_back(to_doubles(input.grad()));
  }
  return outcome;
}

}  // namespace

DeviceCheckResult run_device_check(const GradcheckCase& check, const Device& device, Dtype dtype,
                                   std::uint64_t seed) {
  std::vector<std::vector<double>> values;
  for (const Shape& shape : check.inputs) {
    const auto stream = static_cast<std::uint32_t>(values.size());
    values.push_back(rounded_to(dtype, separated_values(element_count(shape), seed, stream)));
  }
  const Outcome reference = run(check, values, Device::cpu(1), Dtype::float64, seed);
  const Outcome outcome = run(check, values, device, dtype, seed);
  DeviceCheckResult result{.forward_error = relative_error(outcome.result, reference.result)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.gradient_error =
        larger(result.gradient_error, relative_error(outcome.gradients[i], reference.gradients[i]));
  }
  result.passed =
      larger(result.forward_error, result.gradient_error) <= device_check_tolerance(dtype);
  return result;
}

}  // namespace inkling
