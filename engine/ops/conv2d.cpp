#include "engine/ops/conv2d.h"

#include <algorithm>

#include "engine/ops/mixed_precision.h"
#include "kernels/kernels.h"

namespace inkling {
namespace {

Conv2dShape checked_shape(const Variable& x, const Variable& weight, const Variable& bias,
                          const Conv2dOptions& options, Epilogue epilogue) {
  const Tensor& image = x.value();
  const Tensor& filter = weight.value();
  check_rank("conv2d", "images [batch, height, width, channels]", image, 4);
  check_rank("conv2d", "a weight [kernel, kernel, in, out]", filter, 4);
  check_parameter("conv2d", image, filter);
  if (filter.dim(0) != filter.dim(1) || filter.dim(0) < 1) {
    fail("conv2d", "a square kernel", to_string(filter.shape()));
  }
  check_shape("conv2d", "a weight", filter,
              {filter.dim(0), filter.dim(0), image.dim(3), filter.dim(3)});
  if (bias.defined()) {
    check_shape("conv2d", "a bias", bias.value(), {filter.dim(3)});
    check_parameter("conv2d", image, bias.value());
  }
  check_not_empty("conv2d", "images", image);
  check_not_empty("conv2d", "a weight", filter);
  if (options.stride < 1 || options.padding < 0) {
    fail("conv2d", "stride of at least 1 and padding of at least 0",
         std::to_string(options.stride) + " and " + std::to_string(options.padding));
  }
  const Conv2dShape shape{.batch = image.dim(0),
                          .in_height = image.dim(1),
                          .in_width = image.dim(2),
                          .in_channels = image.dim(3),
                          .out_channels = filter.dim(3),
                          .kernel = filter.dim(0),
                          .stride = options.stride,
                          .padding = options.padding};
  const Index min_side = std::min(shape.in_height, shape.in_width) + 2 * shape.padding;
  if (min_side < shape.kernel) {
    fail("conv2d",
         "images of at least the kernel's " + std::to_string(shape.kernel) + " pixels with padding",
         to_string(image.shape()));
  }
  if (epilogue == Epilogue::relu_pool && (shape.out_height() < 2 || shape.out_width() < 2)) {
    fail("conv2d", "an output of at least 2×2 to pool", to_string(image.shape()));
  }
  return shape;
}

}  // namespace

Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias,
                const Conv2dOptions& options, Epilogue epilogue) {
  const Conv2dShape shape = checked_shape(x, weight, bias, options, epilogue);
  const Index shrink = epilogue == Epilogue::relu_pool ? 2 : 1;
  const Tensor& image = x.value();
  const Tensor& filter = weight.value();
  const Tensor rounded = rounded_to(image.dtype(), filter);
  const Device& device = image.device();
  Tensor y = result_like(image, {shape.batch, shape.out_height() / shrink,
                                 shape.out_width() / shrink, shape.out_channels});
  Tensor argmax;
  if (epilogue == Epilogue::relu_pool) {
    argmax = Tensor({y.dim(0), y.dim(1), y.dim(2), packed_argmax_bytes(shape.out_channels)},
                    Dtype::uint8, device);
  }

  dispatch(image.dtype(), [&]<class T>() {
    pick(device.type(), cpu::conv2d_forward<T>, cuda::conv2d_forward<T>)(
        device.stream(), {.shape = shape,
                          .epilogue = epilogue,
                          .x = image.data<T>(),
                          .weight = rounded.data<T>(),
                          .bias = data_or_null<Accum<T>>(bias.value_or_undefined()),
                          .y = y.data<T>(),
                          .argmax = data_or_null<std::uint8_t>(argmax)});
  });

  const bool needs_dx = x.requires_grad();
  const bool needs_dweight = weight.requires_grad();
  const bool needs_dbias = bias.requires_grad();
  std::vector<Variable> inputs{x, weight};
  if (bias.defined()) {
    inputs.push_back(bias);
  }
  return Variable::from_op(y, std::move(inputs), [=](const Tensor& dy) {
    Tensor dx = needs_dx ? result_like(image, image.shape()) : Tensor();
    Tensor dweight = needs_dweight ? result_like(filter, filter.shape()) : Tensor();
    Tensor dbias = needs_dbias ? result_like(filter, {shape.out_channels}) : Tensor();
    dispatch(dy.dtype(), [&]<class T>() {
      pick(device.type(), cpu::conv2d_backward<T>, cuda::conv2d_backward<T>)(
          device.stream(), {.shape = shape,
                            .epilogue = epilogue,
                            .x = image.data<T>(),
                            .weight = rounded.data<T>(),
                            .y = y.data<T>(),
                            .argmax = data_or_null<std::uint8_t>(argmax),
                            .dy = dy.data<T>(),
                            .dx = data_or_null<T>(dx),
                            .dweight = data_or_null<Accum<T>>(dweight),
                            .dbias = data_or_null<Accum<T>>(dbias)});
    });
    return std::vector<Tensor>{dx, dweight, dbias};
  });
}

}  // namespace inkling
