// Adam, in one pass over memory: the update is bound by bandwidth.
#include <cmath>

#include "kernels/cpu/elementwise.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

template <class T>
struct Coefficients {
  explicit Coefficients(const AdamStep& s)
      : beta1(static_cast<T>(s.beta1)),
        beta2(static_cast<T>(s.beta2)),
        epsilon(static_cast<T>(s.epsilon)),
        step_size(
            static_cast<T>(s.learning_rate / (1 - std::pow(s.beta1, static_cast<double>(s.step))))),
        second_scale(
            static_cast<T>(1 / std::sqrt(1 - std::pow(s.beta2, static_cast<double>(s.step))))),
        keep(static_cast<T>(1 - s.learning_rate * s.weight_decay)) {}

  T beta1;
  T beta2;
  T epsilon;
  T step_size;
  T second_scale;
  T keep;
};

template <class T>
void update(const AdamTensor<T>& t, const Coefficients<T>& k, Index begin, Index end) {
  T* __restrict weight = t.weight;
  T* __restrict first = t.first_moment;
  T* __restrict second = t.second_moment;
  const T* __restrict gradient = t.gradient;
  for (Index i = begin; i < end; ++i) {
    const T g = gradient[i];
    first[i] = k.beta1 * first[i] + (1 - k.beta1) * g;
    second[i] = k.beta2 * second[i] + (1 - k.beta2) * g * g;
    const T denominator = std::sqrt(second[i]) * k.second_scale + k.epsilon;
    weight[i] = k.keep * weight[i] - k.step_size * first[i] / denominator;
  }
}

}  // namespace

template <class T>
void adam_update(const Stream& stream, std::span<const AdamTensor<T>> tensors,
                 const AdamStep& step) {
  const Coefficients<T> coefficients(step);
  for (const AdamTensor<T>& tensor : tensors) {
    parallel_for(*stream.pool, tensor.size, kElementGrain,
                 [&](Index begin, Index end) { update(tensor, coefficients, begin, end); });
  }
}

template void adam_update(const Stream&, std::span<const AdamTensor<float>>, const AdamStep&);
template void adam_update(const Stream&, std::span<const AdamTensor<double>>, const AdamStep&);

}  // namespace inkling::cpu
