#include "engine/ops/loss.h"

#include "engine/ops/checks.h"
#include "kernels/kernels.h"

namespace inkling {

CrossEntropy cross_entropy(const Variable& logits, const Tensor& labels, double label_smoothing) {
  const Tensor& scores = logits.value();
  check_rank("cross_entropy", "logits [batch, classes]", scores, 2);
  check_shape("cross_entropy", "labels", labels, {scores.dim(0)});
  if (scores.size() == 0) {
    fail("cross_entropy", "at least one row and one class", to_string(scores.shape()));
  }
  if (!(label_smoothing >= 0 && label_smoothing < 1)) {
    fail("cross_entropy", "label smoothing of at least 0 and below 1",
         std::to_string(label_smoothing));
  }
  const Index batch = scores.dim(0);
  const Index classes = scores.dim(1);
  const Device& device = scores.device();
  Tensor probabilities(scores.shape(), accum_dtype(scores.dtype()), device);
  Tensor loss({1}, accum_dtype(scores.dtype()), device);
  Tensor correct({1}, Dtype::int32, device);

  dispatch(scores.dtype(), [&]<class T>() {
    pick(device.type(), cpu::cross_entropy_forward<T>, cuda::cross_entropy_forward<T>)(
        device.stream(), {.batch = batch,
                          .classes = classes,
                          .label_smoothing = label_smoothing,
                          .logits = scores.data<T>(),
                          .labels = labels.data<std::uint8_t>(),
                          .probabilities = probabilities.data<Accum<T>>(),
                          .loss = loss.data<Accum<T>>(),
                          .correct = correct.data<std::int32_t>()});
  });
  Variable result =
      Variable::from_op(loss, {logits}, [=, dtype = scores.dtype()](const Tensor& dloss) {
        Tensor dlogits(probabilities.shape(), dtype, device);
        dispatch(dtype, [&]<class T>() {
          pick(device.type(), cpu::cross_entropy_backward<T>, cuda::cross_entropy_backward<T>)(
              device.stream(), {.batch = batch,
                                .classes = classes,
                                .label_smoothing = label_smoothing,
                                .probabilities = probabilities.data<Accum<T>>(),
                                .labels = labels.data<std::uint8_t>(),
                                .dloss = dloss.data<Accum<T>>(),
                                .dlogits = dlogits.data<T>()});
        });
        return std::vector<Tensor>{dlogits};
      });
  return {std::move(result), std::move(correct)};
}

Tensor softmax(const Tensor& logits) {
  check_rank("softmax", "logits [batch, classes]", logits, 2);
  if (logits.dim(1) == 0) {
    fail("softmax", "at least one class", to_string(logits.shape()));
  }
  Tensor probabilities(logits.shape(), accum_dtype(logits.dtype()), logits.device());
  dispatch(logits.dtype(), [&]<class T>() {
    pick(logits.device().type(), cpu::softmax<T>, cuda::softmax<T>)(
        logits.device().stream(), {.batch = logits.dim(0),
                                   .classes = logits.dim(1),
                                   .logits = logits.data<T>(),
                                   .probabilities = probabilities.data<Accum<T>>()});
  });
  return probabilities;
}

}  // namespace inkling
