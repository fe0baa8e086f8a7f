#include "engine/ops/pooling.h"

#include "engine/ops/checks.h"
#include "kernels/kernels.h"

namespace inkling {
namespace {

Pool2dShape checked_shape(const char* op, const Tensor& image, Index kernel, Index stride) {
  check_rank(op, "images [batch, height, width, channels]", image, 4);
  check_not_empty(op, "images", image);
  if (kernel < 1 || kernel > kMaxPoolKernel || stride < 1) {
    fail(op, "a kernel of 1 to " + std::to_string(kMaxPoolKernel) + " and a stride of at least 1",
         std::to_string(kernel) + " and " + std::to_string(stride));
  }
  if (image.dim(1) < kernel || image.dim(2) < kernel) {
    fail(op, "images of at least the kernel's " + std::to_string(kernel) + " pixels",
         to_string(image.shape()));
  }
  return {.batch = image.dim(0),
          .in_height = image.dim(1),
          .in_width = image.dim(2),
          .channels = image.dim(3),
          .kernel = kernel,
          .stride = stride};
}

}  // namespace

Variable max_pool2d(const Variable& x, Index kernel, Index stride) {
  const Tensor& image = x.value();
  const Pool2dShape shape = checked_shape("max_pool2d", image, kernel, stride);
  const Device& device = image.device();
  Tensor y =
      result_like(image, {shape.batch, shape.out_height(), shape.out_width(), shape.channels});
  Tensor argmax(y.shape(), Dtype::uint8, device);
  dispatch(image.dtype(), [&]<class T>() {
    pick(device.type(), cpu::max_pool2d_forward<T>, cuda::max_pool2d_forward<T>)(
        device.stream(), {.shape = shape,
                          .x = image.data<T>(),
                          .y = y.data<T>(),
                          .argmax = argmax.data<std::uint8_t>()});
  });
  return Variable::from_op(
      y, {x}, [shape, argmax, device, in_shape = image.shape()](const Tensor& dy) {
        Tensor dx = result_like(dy, in_shape);
        dispatch(dy.dtype(), [&]<class T>() {
          pick(device.type(), cpu::max_pool2d_backward<T>, cuda::max_pool2d_backward<T>)(
              device.stream(), {.shape = shape,
                                .argmax = argmax.data<std::uint8_t>(),
                                .dy = dy.data<T>(),
                                .dx = dx.data<T>()});
        });
        return std::vector<Tensor>{dx};
      });
}

Variable avg_pool2d(const Variable& x, Index kernel, Index stride) {
  const Tensor& image = x.value();
  const Pool2dShape shape = checked_shape("avg_pool2d", image, kernel, stride);
  const Device& device = image.device();
  Tensor y =
      result_like(image, {shape.batch, shape.out_height(), shape.out_width(), shape.channels});
  dispatch(image.dtype(), [&]<class T>() {
    pick(device.type(), cpu::avg_pool2d_forward<T>, cuda::avg_pool2d_forward<T>)(
        device.stream(), {.shape = shape, .x = image.data<T>(), .y = y.data<T>()});
  });
  return Variable::from_op(y, {x}, [shape, device, in_shape = image.shape()](const Tensor& dy) {
    Tensor dx = result_like(dy, in_shape);
    dispatch(dy.dtype(), [&]<class T>() {
      pick(device.type(), cpu::avg_pool2d_backward<T>, cuda::avg_pool2d_backward<T>)(
          device.stream(), {.shape = shape, .dy = dy.data<T>(), .dx = dx.data<T>()});
    });
    return std::vector<Tensor>{dx};
  });
}

Variable flatten(const Variable& x) {
  const Tensor& image = x.value();
  check_rank("flatten", "images [batch, height, width, channels]", image, 4);
  const ImageShape shape{.batch = image.dim(0),
                         .height = image.dim(1),
                         .width = image.dim(2),
                         .channels = image.dim(3)};
  const Device& device = image.device();
  Tensor y = result_like(image, {shape.batch, shape.channels * shape.height * shape.width});
  dispatch(image.dtype(), [&]<class T>() {
    pick(device.type(), cpu::nhwc_to_nchw<T>, cuda::nhwc_to_nchw<T>)(
        device.stream(), {.shape = shape, .x = image.data<T>(), .y = y.data<T>()});
  });
  return Variable::from_op(y, {x}, [shape, device, in_shape = image.shape()](const Tensor& dy) {
    Tensor dx = result_like(dy, in_shape);
    dispatch(dy.dtype(), [&]<class T>() {
      pick(device.type(), cpu::nchw_to_nhwc<T>, cuda::nchw_to_nhwc<T>)(
          device.stream(), {.shape = shape, .x = dy.data<T>(), .y = dx.data<T>()});
    });
    return std::vector<Tensor>{dx};
  });
}

}  // namespace inkling
