// Convolution and its gradients, by one of three implicit products:
//
//   one_channel.h                       3 × 3 on one input channel: a network's first layer
//   vec_operands.h, tensor_op_gemm.h    bf16, channels in multiples of eight, sm_80 and later
//   operands.h, simt_gemm.h             everything else
//
// Bound: LargerCNN's conv2 and conv3 are 59 GFLOP each at batch 512: 0.9 ms at an H200's float32
// peak (67 TFLOP/s), 75 µs at the 790 TFLOP/s of its tensor cores in bf16, 120 µs at the 63 % that
// mma.sync reaches of them. conv2 reads 51 MB (bf16) and writes 26 MB, pooled, and 3.2 MB of
// argmax: 17 µs of memory, so compute. The gradients are two such products and the epilogue's
// gradient: for conv2 26 + 26 + 3 MB read and 103 MB written, 33 µs.
//
// Test: script/test -R CudaConvolution. Time: bench-kernels (script/gpu).
#include <type_traits>

#include "kernels/cuda/conv2d/epilogue.h"
#include "kernels/cuda/conv2d/epilogue_backward.h"
#include "kernels/cuda/conv2d/one_channel.h"
#include "kernels/cuda/conv2d/vec_operands.h"
#include "kernels/cuda/gemm/column_sum.h"

namespace inkling::cuda {
namespace {

template <class T>
PreEpilogueGradient<T> pre_epilogue_gradient(const Conv2dBackward<T>& args) {
  const Index shrink = args.epilogue == Epilogue::relu_pool ? 2 : 1;
  return {args.epilogue,
          static_cast<int>(args.shape.out_height() / shrink),
          static_cast<int>(args.shape.out_width() / shrink),
          static_cast<int>(args.shape.out_channels),
          args.dy,
          args.y,
          args.argmax};
}

Index window_count(const Conv2dShape& s) {
  return s.batch * (s.out_height() / 2) * (s.out_width() / 2);
}

// Rows are output pixels; with pooling four per window, in groups of `row_stride` windows.
GemmSize forward_size(const Conv2dShape& s, Epilogue epilogue, int row_stride) {
  gemm_size("conv2d", s.batch * s.in_height * s.in_width, 1, 1);  // input indices must fit, too
  const Index rows = epilogue == Epilogue::relu_pool
                         ? ceil_divide(window_count(s), row_stride) * row_stride * 4
                         : s.batch * s.out_height() * s.out_width();
  return gemm_size("conv2d", rows, s.out_channels, s.patch());
}
GemmSize data_gradient_size(const Conv2dShape& s) {
  return gemm_size("conv2d", s.batch * s.in_height * s.in_width, s.in_channels,
                   s.kernel * s.kernel * s.out_channels);
}
GemmSize weight_gradient_size(const Conv2dShape& s) {
  return gemm_size("conv2d", s.patch(), s.out_channels, s.batch * s.out_height() * s.out_width());
}

// Throws TooLarge where indices of the convolution's results do not fit.
void check_indices(const Conv2dShape& s, Epilogue epilogue) {
  static_cast<void>(forward_size(s, epilogue, 1));
}

// Calls run(std::integral_constant<Epilogue, …>).
template <class Run>
void dispatch_epilogue(Epilogue epilogue, const Run& run) {
  switch (epilogue) {
    case Epilogue::none:
      run(std::integral_constant<Epilogue, Epilogue::none>());
      break;
    case Epilogue::relu:
      run(std::integral_constant<Epilogue, Epilogue::relu>());
      break;
    case Epilogue::relu_pool:
      run(std::integral_constant<Epilogue, Epilogue::relu_pool>());
      break;
  }
}

template <class T>
void forward_simt(const Stream& stream, const Conv2dForward<T>& args) {
  const bool pooled = args.epilogue == Epilogue::relu_pool;
  dispatch_epilogue(args.epilogue, [&](auto epilogue) {
    SimtGemm::run(stream,
                  Im2colRows<T>{ConvShape(args.shape), OutputPixels<1>(args.shape, pooled), args.x},
                  DenseOperand<T, false>{args.weight, args.shape.out_channels},
                  ConvEpilogue<T, decltype(epilogue)::value>(args, window_count(args.shape)),
                  forward_size(args.shape, args.epilogue, 1), 1);
  });
}

template <class T>
void backward_simt(const Stream& stream, const Conv2dBackward<T>& args) {
  const ConvShape shape(args.shape);
  const PreEpilogueGradient<T> gradient = pre_epilogue_gradient(args);
  if (args.dx != nullptr) {
    gemm_split_k<SimtGemm>(stream, GradientRows<T>{shape, gradient},
                           WeightByInput<T>{shape, args.weight}, nullptr, args.dx,
                           data_gradient_size(args.shape));
  }
  if (args.dweight != nullptr) {
    gemm_split_k<SimtGemm>(stream, Im2colColumns<T>{shape, args.x},
                           GradientColumns<T>{shape, gradient}, nullptr, args.dweight,
                           weight_gradient_size(args.shape));
  }
}

void forward_tensor_op(const Stream& stream, const Conv2dForward<bfloat16>& args) {
  constexpr int kRowStride = tensor_op::kLaneRowStride;
  const bool pooled = args.epilogue == Epilogue::relu_pool;
  dispatch_epilogue(args.epilogue, [&](auto epilogue) {
    TensorOpGemm::run(
        stream,
        Im2colRowVecs{ConvShape(args.shape), OutputPixels<kRowStride>(args.shape, pooled), args.x},
        DenseVecOperand<false>{args.weight, args.shape.out_channels},
        ConvEpilogue<bfloat16, decltype(epilogue)::value>(args, window_count(args.shape)),
        forward_size(args.shape, args.epilogue, kRowStride), 1);
  });
}

// The gradients of x and of the weight; of the bias, too, where there is an epilogue.
void backward_tensor_op(const Stream& stream, const Conv2dBackward<bfloat16>& args) {
  const Conv2dShape& s = args.shape;
  const ConvShape shape(s);
  const bfloat16* gradient = args.dy;
  const bool has_epilogue = args.epilogue != Epilogue::none;
  const Scratch<bfloat16> materialized(
      stream, has_epilogue ? s.batch * s.out_height() * s.out_width() * s.out_channels : 0);
  if (has_epilogue) {
    epilogue_backward(stream, args, materialized.data());
    gradient = materialized.data();
  }
  if (args.dx != nullptr) {
    const WeightByInputVecs weight{shape, args.weight};
    if (s.stride == 1) {
      gemm_split_k<TensorOpGemm>(stream, GradientRowVecs{shape, gradient}, weight, nullptr, args.dx,
                                 data_gradient_size(s));
    } else {
      gemm_split_k<TensorOpGemm>(stream, StridedGradientRowVecs{shape, gradient}, weight, nullptr,
                                 args.dx, data_gradient_size(s));
    }
  }
  if (args.dweight != nullptr) {
    gemm_split_k<TensorOpGemm>(stream, Im2colColumnVecs{shape, args.x},
                               DenseVecOperand<false>{gradient, s.out_channels}, nullptr,
                               args.dweight, weight_gradient_size(s));
  }
}

bool supports_tensor_op(const Stream& stream, const Conv2dShape& s,
                        std::initializer_list<const void*> tensors) {
  return tensor_op::supports(stream, s.in_channels, s.out_channels, tensors);
}

}  // namespace

template <class T>
void conv2d_forward(const Stream& stream, const Conv2dForward<T>& args) {
  if (args.epilogue != Epilogue::relu_pool &&
      one_channel::supports<T>(args.shape, args.y, nullptr)) {
    check_indices(args.shape, args.epilogue);
    one_channel::forward(stream, args);
    return;
  }
  if constexpr (std::is_same_v<T, bfloat16>) {
    if (supports_tensor_op(stream, args.shape, {args.x, args.weight, args.y})) {
      forward_tensor_op(stream, args);
      return;
    }
  }
  forward_simt(stream, args);
}

template <class T>
void conv2d_backward(const Stream& stream, const Conv2dBackward<T>& args) {
  check_indices(args.shape, args.epilogue);
  if (args.dx == nullptr && args.epilogue != Epilogue::relu_pool &&
      one_channel::supports(args.shape, args.y, args.dy)) {
    one_channel::backward(stream, args);
    return;
  }
  bool on_tensor_cores = false;
  if constexpr (std::is_same_v<T, bfloat16>) {
    on_tensor_cores =
        supports_tensor_op(stream, args.shape, {args.x, args.weight, args.dy, args.y});
  }
  if (args.dbias != nullptr && (!on_tensor_cores || args.epilogue == Epilogue::none)) {
    // Through a pool, too: whichever pixel is the argmax, its bias is the channel's.
    const PreEpilogueGradient<T> gradient = pre_epilogue_gradient(args);
    column_sum<T>(stream, args.shape.batch * gradient.height * gradient.width, gradient.channels,
                  args.dy, args.epilogue == Epilogue::none ? nullptr : args.y, args.dbias);
  }
  if constexpr (std::is_same_v<T, bfloat16>) {
    if (on_tensor_cores) {
      backward_tensor_op(stream, args);
      return;
    }
  }
  backward_simt(stream, args);
}

INKLING_INSTANTIATE_CUDA(conv2d_forward);
INKLING_INSTANTIATE_CUDA(conv2d_backward);

}  // namespace inkling::cuda
