// Adam, in one pass over memory: the update is bound by bandwidth.
#include <cmath>

#include "kernels/cpu/elementwise.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

template <class T>
void update(const AdamTensor<T>& t, const AdamOptions& options, const AdamCoefficients<T>& k,
            Index begin, Index end) {
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
}

}  // namespace

template <class T>
void adam_update(const Stream& stream, const AdamUpdate<T>& args) {
  for (const AdamTensor<T>& tensor : args.tensors) {
    parallel_for(*stream.pool, tensor.size, kElementGrain, [&](Index begin, Index end) {
      update(tensor, args.options, *args.coefficients, begin, end);
    });
  }
}

INKLING_INSTANTIATE(adam_update, float);
INKLING_INSTANTIATE(adam_update, double);

}  // namespace inkling::cpu
