// Convolution and its gradients: implicit matrix products over the operands of conv2d_operands.h
// (any shape, on the CUDA cores) and conv2d_chunks.h (bf16 in channels of eight, on the tensor
// cores).
//
// LargerCNN's conv2 and conv3 are 59 GFLOP each at batch 512: 0.9 ms at an H200's float32 peak (67
// TFLOP/s), 75 µs at the 790 TFLOP/s of its tensor cores in bf16, 120 µs at the 63 % that mma.sync
// reaches of them. conv2 reads 51 MB (bf16) and writes, pooled, 26 MB and its choice 3.2 MB: 17 µs
// of memory, so the products are the bound. The gradients are two such products, and one pass that
// undoes ReLU and pool: for conv2 26 + 26 + 3 MB read, 103 MB written, 33 µs.
#include <type_traits>

#include "kernels/cuda/column_sum.h"
#include "kernels/cuda/conv2d_chunks.h"
#include "kernels/cuda/conv2d_output.h"
#include "kernels/cuda/conv2d_undo.h"
#include "kernels/cuda/one_channel.h"

namespace inkling::cuda {
namespace {

// What is stored is one value a window; its gradient, as it was before what was fused.
template <class T>
Gradient<T> gradient_of(const Conv2dBackward<T>& args) {
  const Index shrink = args.epilogue == Epilogue::relu_pool ? 2 : 1;
  return {args.epilogue,
          static_cast<int>(args.shape.out_height() / shrink),
          static_cast<int>(args.shape.out_width() / shrink),
          static_cast<int>(args.shape.out_channels),
          args.dy,
          args.y,
          args.argmax};
}

Index windows_of(const Conv2dShape& s) {
  return s.batch * (s.out_height() / 2) * (s.out_width() / 2);
}

// Rows are pixels, or four of each window; windows come in groups of `spread`.
GemmSize forward_size(const Conv2dShape& s, Epilogue epilogue, int spread) {
  gemm_size("conv2d", s.batch * s.in_height * s.in_width, 1, 1);  // must fit, too
  const Index rows = epilogue == Epilogue::relu_pool
                         ? ceil_divide(windows_of(s), spread) * spread * 4
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

// run(std::integral_constant<Epilogue, …>), for what follows.
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
void forward_on_cuda_cores(const Stream& stream, const Conv2dForward<T>& args) {
  const bool pooled = args.epilogue == Epilogue::relu_pool;
  dispatch_epilogue(args.epilogue, [&](auto epilogue) {
    CudaCores::run(stream,
                   PatchRows<T>{ConvShape(args.shape), OutputPixels<1>(args.shape, pooled), args.x},
                   DenseOperand<T, false>{args.weight, args.shape.out_channels},
                   ConvOutput<T, decltype(epilogue)::value>(args, windows_of(args.shape)),
                   forward_size(args.shape, args.epilogue, 1), 1);
  });
}

template <class T>
void gradients_on_cuda_cores(const Stream& stream, const Conv2dBackward<T>& args) {
  const ConvShape shape(args.shape);
  const Gradient<T> gradient = gradient_of(args);
  if (args.dx != nullptr) {
    multiply_split<CudaCores>(stream, GradientRows<T>{shape, gradient},
                              WeightByInput<T>{shape, args.weight}, nullptr, args.dx,
                              data_gradient_size(args.shape));
  }
  if (args.dweight != nullptr) {
    multiply_split<CudaCores>(stream, PatchColumns<T>{shape, args.x},
                              GradientColumns<T>{shape, gradient}, nullptr, args.dweight,
                              weight_gradient_size(args.shape));
  }
}

void forward_on_tensor_cores(const Stream& stream, const Conv2dForward<bfloat16>& args) {
  constexpr int kSpread = tensor_core::kWindowSpread;
  const bool pooled = args.epilogue == Epilogue::relu_pool;
  dispatch_epilogue(args.epilogue, [&](auto epilogue) {
    TensorCores::run(
        stream,
        PatchRowChunks{ConvShape(args.shape), OutputPixels<kSpread>(args.shape, pooled), args.x},
        tensor_core::DenseChunks<false>{args.weight, args.shape.out_channels},
        ConvOutput<bfloat16, decltype(epilogue)::value>(args, windows_of(args.shape)),
        forward_size(args.shape, args.epilogue, kSpread), 1);
  });
}

void gradients_on_tensor_cores(const Stream& stream, const Conv2dBackward<bfloat16>& args) {
  const Conv2dShape& s = args.shape;
  const ConvShape shape(s);
  const bfloat16* gradient = args.dy;
  const Index size = s.batch * s.out_height() * s.out_width() * s.out_channels;
  const Scratch<bfloat16> undone(stream, args.epilogue == Epilogue::none ? 0 : size);
  if (args.epilogue != Epilogue::none) {
    epilogue_backward(stream, args, undone.data());
    gradient = undone.data();
  }
  if (args.dx != nullptr) {
    const WeightByInputChunks weight{shape, args.weight};
    if (s.stride == 1) {
      multiply_split<TensorCores>(stream, GradientRowChunks{shape, gradient}, weight, nullptr,
                                  args.dx, data_gradient_size(s));
    } else {
      multiply_split<TensorCores>(stream, StridedGradientRowChunks{shape, gradient}, weight,
                                  nullptr, args.dx, data_gradient_size(s));
    }
  }
  if (args.dweight != nullptr) {
    multiply_split<TensorCores>(stream, PatchColumnChunks{shape, args.x},
                                tensor_core::DenseChunks<false>{gradient, s.out_channels}, nullptr,
                                args.dweight, weight_gradient_size(s));
  }
}

bool suits_tensor_cores(const Stream& stream, const Conv2dShape& s, const void* x,
                        const void* weight, const void* dy, const void* y) {
  return context_of(stream).capability >= 80 && s.in_channels % tensor_core::kChunk == 0 &&
         s.out_channels % tensor_core::kChunk == 0 && tensor_core::is_aligned(x) &&
         tensor_core::is_aligned(weight) && tensor_core::is_aligned(dy) &&
         tensor_core::is_aligned(y);
}

}  // namespace

template <class T>
void conv2d_forward(const Stream& stream, const Conv2dForward<T>& args) {
  if (args.epilogue != Epilogue::relu_pool && one_channel::suits<T>(args.shape, args.y, nullptr)) {
    one_channel::forward(stream, args, forward_size(args.shape, args.epilogue, 1).m);
    return;
  }
  if constexpr (std::is_same_v<T, bfloat16>) {
    if (suits_tensor_cores(stream, args.shape, args.x, args.weight, nullptr, args.y)) {
      forward_on_tensor_cores(stream, args);
      return;
    }
  }
  forward_on_cuda_cores(stream, args);
}

template <class T>
void conv2d_backward(const Stream& stream, const Conv2dBackward<T>& args) {
  if (args.dx == nullptr && args.epilogue != Epilogue::relu_pool &&
      one_channel::suits(args.shape, args.y, args.dy)) {
    one_channel::gradients(stream, args, forward_size(args.shape, args.epilogue, 1).m);
    return;
  }
  if (args.dbias != nullptr) {
    // Through a pool, too: whichever pixel won, its bias is the channel's.
    const Gradient<T> gradient = gradient_of(args);
    column_sum<T>(stream, args.shape.batch * gradient.height * gradient.width, gradient.channels,
                  args.dy, args.epilogue == Epilogue::none ? nullptr : args.y, args.dbias);
  }
  if constexpr (std::is_same_v<T, bfloat16>) {
    if (suits_tensor_cores(stream, args.shape, args.x, args.weight, args.dy, args.y)) {
      gradients_on_tensor_cores(stream, args);
      return;
    }
  }
  gradients_on_cuda_cores(stream, args);
}

template void conv2d_forward(const Stream&, const Conv2dForward<float>&);
template void conv2d_forward(const Stream&, const Conv2dForward<bfloat16>&);
template void conv2d_backward(const Stream&, const Conv2dBackward<float>&);
template void conv2d_backward(const Stream&, const Conv2dBackward<bfloat16>&);

}  // namespace inkling::cuda
