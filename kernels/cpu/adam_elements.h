// Adam's update of elements (Kingma and Ba 2015; decoupled decay, Loshchilov and Hutter 2019): one
// pass over memory. In an unnamed namespace, so that each level of the processor has its own.
#pragma once

#include <cmath>

#include "kernels/args/adam.h"

namespace inkling::cpu {
namespace {

template <class T>
inline void update_elements(const AdamTensor<T>& t, const AdamOptions& options,
                            const AdamCoefficients<T>& k, Index begin, Index end) {
  const T beta1 = static_cast<T>(options.beta1);
  const T beta2 = static_cast<T>(options.beta2);
  const T epsilon = static_cast<T>(options.epsilon);
  T* __restrict weight = t.weight;
  T* __restrict first = t.first_moment;
  T* __restrict second = t.second_moment;
  const T* __restrict gradient = t.gradient;
  for (Index i = begin; i < end; ++i) {
    const T g = gradient[i];
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    const T denominator = std::sqrt(second[i]) * k.second_scale + epsilon;
    weight[i] = k.keep * weight[i] - k.step_size * first[i] / denominator;
  }
  if (t.ema != nullptr) {
    // A loop of its own, over weights that are still in the cache: both are vectorized.
    T* __restrict ema = t.ema;
    for (Index i = begin; i < end; ++i) {
      ema[i] += k.ema_rate * (weight[i] - ema[i]);
    }
  }
}

}  // namespace
}  // namespace inkling::cpu
