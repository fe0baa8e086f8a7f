#include "engine/ops/activation.h"

#include "engine/ops/checks.h"
#include "kernels/kernels.h"

namespace inkling {

Variable relu(const Variable& x) {
  const Device device = x.value().device();
  Tensor y = result_like(x.value(), x.value().shape());
  visit_number(y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    pick(device.type(), cpu::relu_forward<T>, cuda::relu_forward<T>)(
        device.stream(), y.size(), x.value().data<T>(), y.data<T>());
  });
  return Variable::from_op(y, {x}, [y, device](const Tensor& dy) {
    Tensor dx = result_like(dy, dy.shape());
    visit_number(dy.dtype(), [&](auto zero) {
      using T = decltype(zero);
      pick(device.type(), cpu::relu_backward<T>, cuda::relu_backward<T>)(
          device.stream(), dy.size(), y.data<T>(), dy.data<T>(), dx.data<T>());
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
    visit_number(from.dtype(), [&](auto zero) {
      using T = decltype(zero);
      pick(from.device().type(), cpu::dropout<T>, cuda::dropout<T>)(
          from.device().stream(), from.size(), p, key, from.data<T>(), to.data<T>());
    });
    return to;
  };
  return Variable::from_op(apply(x.value()), {x},
                           [apply](const Tensor& dy) { return std::vector<Tensor>{apply(dy)}; });
}

}  // namespace inkling
