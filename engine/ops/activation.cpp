#include "engine/ops/activation.h"

#include "engine/ops/checks.h"
#include "kernels/kernels.h"

namespace inkling {

Variable relu(const Variable& x) {
  const Device device = x.value().device();
  Tensor y = result_like(x.value(), x.value().shape());
  dispatch(y.dtype(), [&]<class T>() {
    pick(device.type(), cpu::relu_forward<T>, cuda::relu_forward<T>)(
        device.stream(), {.size = y.size(), .x = x.value().data<T>(), .y = y.data<T>()});
  });
  return Variable::from_op(y, {x}, [y, device](const Tensor& dy) {
    Tensor dx = result_like(dy, dy.shape());
    dispatch(dy.dtype(), [&]<class T>() {
      pick(device.type(), cpu::relu_backward<T>, cuda::relu_backward<T>)(
          device.stream(),
          {.size = dy.size(), .y = y.data<T>(), .dy = dy.data<T>(), .dx = dx.data<T>()});
    });
    return std::vector<Tensor>{dx};
  });
}

Variable dropout(const Variable& x, double p, const DropoutMask& mask) {
  if (!(p >= 0 && p < 1)) {
    fail("dropout", "a probability of at least 0 and below 1", std::to_string(p));
  }
  check_shape("dropout", "a step", mask.step, {1});
  const auto apply = [p, mask](const Tensor& from) {
    const DropoutKey key{mask.seed, mask.layer, mask.step.data<std::int32_t>()};
    Tensor to = result_like(from, from.shape());
    dispatch(from.dtype(), [&]<class T>() {
      pick(from.device().type(), cpu::dropout<T>, cuda::dropout<T>)(
          from.device().stream(),
          {.size = from.size(), .p = p, .key = key, .x = from.data<T>(), .y = to.data<T>()});
    });
    return to;
  };
  return Variable::from_op(apply(x.value()), {x},
                           [apply](const Tensor& dy) { return std::vector<Tensor>{apply(dy)}; });
}

}  // namespace inkling
