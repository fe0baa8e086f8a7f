// Arguments of the Adam kernel.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "kernels/types.h"

namespace inkling {

template <class T>
struct AdamTensor {
  T* weight = nullptr;
  const T* gradient = nullptr;
  T* first_moment = nullptr;
  T* second_moment = nullptr;
  Index size = 0;
  T* ema = nullptr;  // exponential moving average of the weight; null: none is kept
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // decoupled: weight -= learning_rate * weight_decay * weight
  double ema_decay = 0;     // of the averages, per step
};

// What changes of Adam from step to step.
template <class T>
struct AdamCoefficients {
  T step_size;     // learning rate / (1 - beta1^step)
  T second_scale;  // 1 / sqrt(1 - beta2^step)
  T keep;          // 1 - learning rate * weight decay
  T ema_rate = 0;  // ema += ema_rate * (weight - ema)
};

// Step counts from 1. Computed in float64: 1 - beta2^step cancels in float32 for the first steps.
// The averages' decay grows to its limit, so that the initial weights are soon forgotten (as
// TensorFlow's ExponentialMovingAverage has it).
template <class T>
AdamCoefficients<T> adam_coefficients(const AdamOptions& options, double learning_rate,
                                      Index step) {
  const auto power = static_cast<double>(step);
  return {.step_size = static_cast<T>(learning_rate / (1 - std::pow(options.beta1, power))),
          .second_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(options.beta2, power))),
          .keep = static_cast<T>(1 - learning_rate * options.weight_decay),
          .ema_rate = static_cast<T>(1 - std::min(options.ema_decay, (1 + power) / (10 + power)))};
}

// One step of all tensors: Kingma & Ba 2015, Algorithm 1, with the decoupled weight decay of
// Loshchilov & Hutter 2019.
template <class T>
struct AdamUpdate {
  std::span<const AdamTensor<T>> tensors;
  AdamOptions options;
  const AdamCoefficients<T>* coefficients = nullptr;  // [1]
};

}  // namespace inkling
