#include "engine/ops/linear.h"

#include "engine/ops/mixed_precision.h"
#include "kernels/kernels.h"

namespace inkling {

Variable linear(const Variable& x, const Variable& weight, const Variable& bias) {
  const Tensor& input = x.value();
  const Tensor& matrix = weight.value();
  check_rank("linear", "rows [batch, in]", input, 2);
  check_rank("linear", "a weight [out, in]", matrix, 2);
  check_shape("linear", "a weight", matrix, {matrix.dim(0), input.dim(1)});
  check_parameter("linear", input, matrix);
  check_not_empty("linear", "rows", input);
  check_not_empty("linear", "a weight", matrix);
  if (bias.defined()) {
    check_shape("linear", "a bias", bias.value(), {matrix.dim(0)});
    check_parameter("linear", input, bias.value());
  }
  const LinearShape shape{
      .batch = input.dim(0), .in_features = input.dim(1), .out_features = matrix.dim(0)};
  const Tensor rounded = rounded_to(input.dtype(), matrix);
  const Device& device = input.device();
  Tensor y = result_like(input, {shape.batch, shape.out_features});
  dispatch(input.dtype(), [&]<class T>() {
    pick(device.type(), cpu::linear_forward<T>, cuda::linear_forward<T>)(
        device.stream(), {.shape = shape,
                          .x = input.data<T>(),
                          .weight = rounded.data<T>(),
                          .bias = data_or_null<Accum<T>>(bias.value_or_undefined()),
                          .y = y.data<T>()});
  });

  const bool needs_dx = x.requires_grad();
  const bool needs_dweight = weight.requires_grad();
  const bool needs_dbias = bias.requires_grad();
  std::vector<Variable> inputs{x, weight};
  if (bias.defined()) {
    inputs.push_back(bias);
  }
  return Variable::from_op(y, std::move(inputs), [=](const Tensor& dy) {
    Tensor dx = needs_dx ? result_like(input, input.shape()) : Tensor();
    Tensor dweight = needs_dweight ? result_like(matrix, matrix.shape()) : Tensor();
    Tensor dbias = needs_dbias ? result_like(matrix, {shape.out_features}) : Tensor();
    dispatch(dy.dtype(), [&]<class T>() {
      pick(device.type(), cpu::linear_backward<T>, cuda::linear_backward<T>)(
          device.stream(), {.shape = shape,
                            .x = input.data<T>(),
                            .weight = rounded.data<T>(),
                            .dy = dy.data<T>(),
                            .dx = data_or_null<T>(dx),
                            .dweight = data_or_null<Accum<T>>(dweight),
                            .dbias = data_or_null<Accum<T>>(dbias)});
    });
    return std::vector<Tensor>{dx, dweight, dbias};
  });
}

}  // namespace inkling
