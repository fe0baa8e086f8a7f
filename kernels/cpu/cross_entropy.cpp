// Softmax and cross-entropy from logits: the largest logit is taken off first, so that no
// exponential overflows.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

constexpr Index kRows = 64;  // rows a chunk

// Writes softmax(logits) and returns log(sum(exp(logits))). T: float or double.
template <class T>
T softmax_row(Index classes, const T* logits, T* probabilities) {
  const T max_logit = *std::max_element(logits, logits + classes);
  T sum = 0;
  for (Index c = 0; c < classes; ++c) {
    probabilities[c] = std::exp(logits[c] - max_logit);
    sum += probabilities[c];
  }
  for (Index c = 0; c < classes; ++c) {
    probabilities[c] /= sum;
  }
  return max_logit + std::log(sum);
}

}  // namespace

template <class T>
void softmax(const Stream& stream, const Softmax<T>& args) {
  parallel_for(*stream.pool, args.batch, kRows, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      softmax_row(args.classes, widened<0>(args.logits + row * args.classes, args.classes),
                  args.probabilities + row * args.classes);
    }
  });
}

template <class T>
void cross_entropy_forward(const Stream&, const CrossEntropyForward<T>& args) {
  // A few thousand numbers at most: one thread adds them in order, in float64.
  double loss = 0;
  std::int32_t correct = 0;
  for (Index row = 0; row < args.batch; ++row) {
    const Accum<T>* logits = widened<0>(args.logits + row * args.classes, args.classes);
    const Index label = args.labels[row];
    const bool has_class = label < args.classes;
    if (!has_class && label != kNoClass) {
      throw std::out_of_range("cross_entropy: expected labels below " +
                              std::to_string(args.classes) + ", received " + std::to_string(label));
    }
    const double log_sum =
        softmax_row(args.classes, logits, args.probabilities + row * args.classes);
    double mean_logit = 0;
    for (Index c = 0; c < args.classes; ++c) {
      mean_logit += logits[c];
    }
    mean_logit /= static_cast<double>(args.classes);
    const double shared = shared_target(label, args.classes, args.label_smoothing);
    const double at_label = has_class ? double{logits[label]} : 0.0;
    loss += log_sum - (1 - shared) * at_label - shared * mean_logit;
    correct += std::max_element(logits, logits + args.classes) - logits == label ? 1 : 0;
  }
  *args.loss = static_cast<Accum<T>>(loss / static_cast<double>(args.batch));
  if (args.correct != nullptr) {
    *args.correct = correct;
  }
}

template <class T>
void cross_entropy_backward(const Stream&, const CrossEntropyBackward<T>& args) {
  using A = Accum<T>;
  const A scale = *args.dloss / static_cast<A>(args.batch);
  for (Index row = 0; row < args.batch; ++row) {
    const double shared = shared_target(args.labels[row], args.classes, args.label_smoothing);
    const A elsewhere = static_cast<A>(shared / static_cast<double>(args.classes));
    const A at_label = static_cast<A>(1 - shared) + elsewhere;
    for (Index c = 0; c < args.classes; ++c) {
      const Index i = row * args.classes + c;
      const A target = c == args.labels[row] ? at_label : elsewhere;
      args.dlogits[i] = narrow<T>(scale * (args.probabilities[i] - target));
    }
  }
}

INKLING_INSTANTIATE_CPU(softmax);
INKLING_INSTANTIATE_CPU(cross_entropy_forward);
INKLING_INSTANTIATE_CPU(cross_entropy_backward);

}  // namespace inkling::cpu
