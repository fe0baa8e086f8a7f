#include "engine/check/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/check/relative_error.h"
#include "kernels/philox.h"

namespace inkling {
namespace {

// A central difference errs by h²·f‴/6 and by rounding/h: 1e-5 keeps both near 1e-10 for values
// near 1.
constexpr double kStep = 1e-5;

double weighted_sum(const std::vector<double>& values, const std::vector<double>& weights) {
  return std::inner_product(values.begin(), values.end(), weights.begin(), 0.0);
}

}  // namespace

std::vector<double> separated_values(Index size, std::uint64_t seed, std::uint32_t stream) {
  std::vector<Index> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), Index{0});
  std::vector<double> values(order.size());
  for (std::size_t i = order.size(); i-- > 0;) {
    const Philox4 random = random4(seed, RandomUse::test, stream, 0, static_cast<std::uint32_t>(i));
    std::swap(order[i], order[random.word[0] % (i + 1)]);
    const double magnitude = 0.05 + 2.0 * static_cast<double>(order[i]) / static_cast<double>(size);
    values[i] = (random.word[1] & 1U) != 0 ? magnitude : -magnitude;
  }
  return values;
}

GradcheckResult run_gradcheck(const GradcheckCase& check, const Device& device,
                              std::uint64_t seed) {
  std::vector<Variable> inputs;
  for (const Shape& shape : check.inputs) {
    const auto values =
        separated_values(element_count(shape), seed, static_cast<std::uint32_t>(inputs.size()));
    inputs.emplace_back(Tensor::from_host<double>(shape, values, device), /*requires_grad=*/true);
  }
  Variable y = check.function(inputs);
  const std::vector<double> cotangent = separated_values(y.value().size(), seed, 1000);
  y.backward(Tensor::from_host<double>(y.value().shape(), cotangent, device));

  const NoGrad no_grad;
  GradcheckResult result;
  if (check.reference) {
    result.forward_error = relative_error(y.value().to_host<double>(),
                                          check.reference(inputs).value().to_host<double>());
  }
  const auto evaluate = [&] {
    return weighted_sum(check.function(inputs).value().to_host<double>(), cotangent);
  };
  for (Variable& input : inputs) {
    const std::vector<double> gradient = input.grad().to_host<double>();
    std::vector<double> values = input.value().to_host<double>();
    double max_error = 0;
    double max_difference = 1e-3;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double original = values[i];
      values[i] = original + kStep;
      input.value().copy_from_host<double>(values);
      const double above = evaluate();
      values[i] = original - kStep;
      input.value().copy_from_host<double>(values);
      const double difference = (above - evaluate()) / (2 * kStep);
      values[i] = original;
      max_error = larger(max_error, std::abs(gradient[i] - difference));
      max_difference = std::max(max_difference, std::abs(difference));
    }
    input.value().copy_from_host<double>(values);
    result.gradient_error = larger(result.gradient_error, max_error / max_difference);
  }
  result.passed =
      larger(result.forward_error.value_or(0), result.gradient_error) <= kGradcheckTolerance;
  return result;
}

}  // namespace inkling
