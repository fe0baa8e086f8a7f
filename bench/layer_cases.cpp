#include "bench/case_builder.h"
#include "kernels/kernels.h"
#include "kernels/shapes.h"

namespace inkling {
namespace {

template <class T>
void visit_convolution(const CaseBuilder<T>& build, const std::string& name, Conv2dShape s,
                       Epilogue epilogue) {
  s.batch = build.batch;
  const Index side = s.in_height;
  const Index in = s.in_channels;
  const Index out = s.out_channels;
  const Index stored = epilogue == Epilogue::relu_pool ? side / 2 : side;
  const Tensor x = build.random({build.batch, side, side, in});
  const Tensor weight = build.random({3, 3, in, out});
  const Tensor bias = build.accum_zeros({out});
  Tensor y = build.random({build.batch, stored, stored, out});
  Tensor argmax = Tensor::zeros({build.batch, stored, stored, packed_argmax_bytes(out)},
                                Dtype::uint8, build.device);
  const Tensor dy = build.random(y.shape());
  Tensor dx = build.random(x.shape());
  Tensor dweight = build.accum_zeros(weight.shape());
  Tensor dbias = build.accum_zeros({out});
  const double flops = 2.0 * static_cast<double>(build.batch * side * side * out * s.patch());
  const bool pooled = epilogue == Epilogue::relu_pool;
  const double gradient_bytes = bytes_of({dy, y}) + (pooled ? bytes_of({argmax}) : 0);

  // What cuDNN writes, before any pool.
  const Tensor full = build.random({build.batch, side, side, out});
  build.visit(
      name + (pooled ? " + relu + pool" : " + relu"), flops,
      bytes_of({x, weight, y}) + (pooled ? bytes_of({argmax}) : 0),
      [=, device = build.device]() mutable {
        pick(device.type(), cpu::conv2d_forward<T>, cuda::conv2d_forward<T>)(
            device.stream(), {.shape = s,
                              .epilogue = epilogue,
                              .x = x.data<T>(),
                              .weight = weight.data<T>(),
                              .bias = bias.data<Accum<T>>(),
                              .y = y.data<T>(),
                              .argmax = argmax.data<std::uint8_t>()});
      },
      "cuDNN, convolution alone",
      [&] { return build.peers.convolution(Peers::Pass::forward, s, x, weight, full); });
  auto backward = [=, device = build.device](bool data, bool weights) mutable {
    pick(device.type(), cpu::conv2d_backward<T>, cuda::conv2d_backward<T>)(
        device.stream(), {.shape = s,
                          .epilogue = epilogue,
                          .x = x.data<T>(),
                          .weight = weight.data<T>(),
                          .y = y.data<T>(),
                          .argmax = argmax.data<std::uint8_t>(),
                          .dy = dy.data<T>(),
                          .dx = data ? dx.data<T>() : nullptr,
                          .dweight = weights ? dweight.data<Accum<T>>() : nullptr,
                          .dbias = weights ? dbias.data<Accum<T>>() : nullptr});
  };
  if (in > 1) {
    build.visit(
        name + " data gradient", flops, gradient_bytes + bytes_of({weight, dx}),
        [=]() mutable { backward(true, false); }, "cuDNN, convolution alone",
        [&] { return build.peers.convolution(Peers::Pass::data_gradient, s, x, weight, full); });
  }
  build.visit(
      name + " weight gradient", flops, gradient_bytes + bytes_of({x, dweight}),
      [=]() mutable { backward(false, true); }, "cuDNN, convolution alone",
      [&] { return build.peers.convolution(Peers::Pass::weight_gradient, s, x, weight, full); });
}

template <class T>
void visit_linear(const CaseBuilder<T>& build, const std::string& name, LinearShape s) {
  s.batch = build.batch;
  const Index in = s.in_features;
  const Index out = s.out_features;
  const Tensor x = build.random({build.batch, in});
  const Tensor weight = build.random({out, in});
  const Tensor bias = build.accum_zeros({out});
  Tensor y = build.random({build.batch, out});
  const Tensor dy = build.random(y.shape());
  Tensor dx = build.random(x.shape());
  Tensor dweight = build.accum_zeros(weight.shape());
  Tensor dbias = build.accum_zeros({out});
  const double flops = 2.0 * static_cast<double>(build.batch * in * out);
  build.visit(
      name, flops, bytes_of({x, weight, y}),
      [=, device = build.device]() mutable {
        pick(device.type(), cpu::linear_forward<T>, cuda::linear_forward<T>)(
            device.stream(), {.shape = s,
                              .x = x.data<T>(),
                              .weight = weight.data<T>(),
                              .bias = bias.data<Accum<T>>(),
                              .y = y.data<T>()});
      },
      "cuBLAS",
      [&] {
        return build.peers.product({.m = build.batch, .n = out, .k = in, .b_transposed = true}, x,
                                   weight, y);
      });
  auto backward = [=, device = build.device](bool data, bool weights) mutable {
    pick(device.type(), cpu::linear_backward<T>, cuda::linear_backward<T>)(
        device.stream(), {.shape = s,
                          .x = x.data<T>(),
                          .weight = weight.data<T>(),
                          .dy = dy.data<T>(),
                          .dx = data ? dx.data<T>() : nullptr,
                          .dweight = weights ? dweight.data<Accum<T>>() : nullptr,
                          .dbias = weights ? dbias.data<Accum<T>>() : nullptr});
  };
  build.visit(
      name + " data gradient", flops, bytes_of({dy, weight, dx}),
      [=]() mutable { backward(true, false); }, "cuBLAS",
      [&] { return build.peers.product({.m = build.batch, .n = in, .k = out}, dy, weight, dx); });
  build.visit(
      name + " weight gradient", flops, bytes_of({dy, x, dweight}),
      [=]() mutable { backward(false, true); }, "cuBLAS",
      [&] {
        return build.peers.product({.m = out, .n = in, .k = build.batch, .a_transposed = true}, dy,
                                   x, dweight);
      });
}

}  // namespace

template <class T>
void visit_layers(const CaseBuilder<T>& build) {
  for (const auto& [name, shape] : kLargerCnnConv2d) {
    visit_convolution(build, name, shape,
                      shape.in_channels == 1 ? Epilogue::relu : Epilogue::relu_pool);
  }
  for (const auto& [name, shape] : kLargerCnnLinear) {
    visit_linear(build, name, shape);
  }
}
template void visit_layers(const CaseBuilder<float>&);
template void visit_layers(const CaseBuilder<bfloat16>&);

}  // namespace inkling
