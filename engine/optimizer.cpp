#include "engine/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/kernels.h"

namespace inkling {
namespace {

// From `from` at share 0 to `to` at share 1, along half a cosine.
double anneal(double from, double to, double share) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

}  // namespace

double Schedule::learning_rate(Index step) const {
  const double share = std::clamp(
      static_cast<double>(step) / static_cast<double>(std::max<Index>(1, total_steps)), 0.0, 1.0);
  switch (kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step: {
      const Index falls = step / std::max<Index>(1, step_every);
      return peak * std::pow(step_factor, static_cast<double>(falls));
    }
    case ScheduleKind::cosine:
      return anneal(peak, 0, share);
    case ScheduleKind::one_cycle:
      return share < warmup ? anneal(peak / 25, peak, share / warmup)
                            : anneal(peak, peak / 25 / 1e4, (share - warmup) / (1 - warmup));
  }
  return peak;
}

Adam::Adam(std::vector<Variable> parameters, const AdamOptions& options,
           std::vector<Variable> averages)
    : parameters_(std::move(parameters)), averages_(std::move(averages)), options_(options) {
  const auto same_shape = [](const Variable& a, const Variable& b) {
    return a.value().shape() == b.value().shape() && a.value().dtype() == b.value().dtype();
  };
  if (!averages_.empty() && !std::equal(parameters_.begin(), parameters_.end(), averages_.begin(),
                                        averages_.end(), same_shape)) {
    throw std::invalid_argument(
        "adam: expected an average of the same shape and dtype for every parameter, or none");
  }
  for (const Variable& parameter : parameters_) {
    const Tensor& value = parameter.value();
    first_moments_.push_back(Tensor::zeros(value.shape(), value.dtype(), value.device()));
    second_moments_.push_back(Tensor::zeros(value.shape(), value.dtype(), value.device()));
  }
}

std::vector<AdamCoefficients<float>> Adam::coefficient_table(std::span<const double> learning_rates,
                                                             Index first_step) const {
  std::vector<AdamCoefficients<float>> table;
  for (const double learning_rate : learning_rates) {
    table.push_back(adam_coefficients<float>(options_, learning_rate, first_step++));
  }
  return table;
}

void Adam::update(double learning_rate, Index step) {
  if (parameters_.empty()) {
    return;
  }
  const Tensor& like = parameters_.front().value();
  dispatch_accum(like.dtype(), [&]<class T>() {
    const auto coefficients = adam_coefficients<T>(options_, learning_rate, step);
    update_with<T>(
        DeviceArray<AdamCoefficients<T>>::from_host(std::span(&coefficients, 1), like.device())
            .data());
  });
}

void Adam::update(const DeviceArray<AdamCoefficients<float>>& coefficients) {
  if (coefficients.size() != 1) {
    throw std::invalid_argument("adam: expected the coefficients of one step, received " +
                                std::to_string(coefficients.size()));
  }
  update_with<float>(coefficients.data());
}

template <class T>
void Adam::update_with(const AdamCoefficients<T>* coefficients) {
  if (parameters_.empty()) {
    return;
  }
  std::vector<AdamTensor<T>> tensors;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) {
      throw std::logic_error(
          "adam: expected a gradient for every parameter: call backward() first");
    }
    tensors.push_back(
        {.weight = parameters_[i].value().template data<T>(),
         .gradient = parameters_[i].grad().template data<T>(),
         .first_moment = first_moments_[i].template data<T>(),
         .second_moment = second_moments_[i].template data<T>(),
         .size = parameters_[i].value().size(),
         .ema = averages_.empty() ? nullptr : averages_[i].value().template data<T>()});
  }
  const Device device = parameters_.front().value().device();
  pick(device.type(), cpu::adam_update<T>, cuda::adam_update<T>)(
      device.stream(), {.tensors = tensors, .options = options_, .coefficients = coefficients});
  for (Variable& parameter : parameters_) {
    parameter.clear_grad();
  }
}

}  // namespace inkling
