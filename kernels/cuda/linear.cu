// Linear layers: y = x Wᵀ + b and its gradients as matrix products, on the tensor cores where the
// elements are bf16 and the features multiples of eight.
//
// Bound: at batch 512, fc1 of LargerCNN (12544 → 512) is 6.6 GFLOP forward, 98 µs at an H200's
// float32 peak; its weight alone is 25.7 MB, 5.4 µs of memory.
//
// Test: script/test -R CudaLinear. Time: bench-kernels (script/gpu).
#include <type_traits>

#include "kernels/cuda/gemm/column_sum.h"
#include "kernels/cuda/gemm/split_k.h"

namespace inkling::cuda {
namespace {

// A GEMM with its operand for a matrix in memory.
struct Simt {
  using Gemm = SimtGemm;
  template <bool IsKMajor, class T>
  static DenseOperand<T, IsKMajor> operand(const T* values, Index stride) {
    return {values, stride};
  }
};
struct TensorOp {
  using Gemm = TensorOpGemm;
  template <bool IsKMajor>
  static DenseVecOperand<IsKMajor> operand(const bfloat16* values, Index stride) {
    return {values, stride};
  }
};

template <class Path, class T>
void forward(const Stream& stream, const LinearForward<T>& args) {
  const LinearShape& s = args.shape;
  gemm_split_k<typename Path::Gemm>(stream, Path::template operand<true>(args.x, s.in_features),
                                    Path::template operand<true>(args.weight, s.in_features),
                                    args.bias, args.y,
                                    gemm_size("linear", s.batch, s.out_features, s.in_features));
}

template <class Path, class T>
void data_gradient(const Stream& stream, const LinearBackward<T>& args) {
  const LinearShape& s = args.shape;
  gemm_split_k<typename Path::Gemm>(stream, Path::template operand<true>(args.dy, s.out_features),
                                    Path::template operand<false>(args.weight, s.in_features),
                                    nullptr, args.dx,
                                    gemm_size("linear", s.batch, s.in_features, s.out_features));
}

template <class Path, class T>
void weight_gradient(const Stream& stream, const LinearBackward<T>& args) {
  const LinearShape& s = args.shape;
  gemm_split_k<typename Path::Gemm>(stream, Path::template operand<false>(args.dy, s.out_features),
                                    Path::template operand<false>(args.x, s.in_features), nullptr,
                                    args.dweight,
                                    gemm_size("linear", s.out_features, s.in_features, s.batch));
}

template <class Path, class T>
void backward(const Stream& stream, const LinearBackward<T>& args) {
  if (args.dx != nullptr) {
    data_gradient<Path>(stream, args);
  }
  if (args.dweight != nullptr) {
    weight_gradient<Path>(stream, args);
  }
}

// Not a template, unlike its callers: nvcc 13.0 drops the braces of an initializer list that a
// template passes to a function of another file.
bool supports_tensor_op(const Stream& stream, Index a, Index b,
                        std::initializer_list<const void*> matrices) {
  return tensor_op::supports(stream, a, b, matrices);
}

}  // namespace

template <class T>
void linear_forward(const Stream& stream, const LinearForward<T>& args) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    // Both operands are K-major: any number of outputs will do.
    if (supports_tensor_op(stream, args.shape.in_features, tensor_op::kVecSize,
                           {args.x, args.weight})) {
      forward<TensorOp>(stream, args);
      return;
    }
  }
  forward<Simt>(stream, args);
}

template <class T>
void linear_backward(const Stream& stream, const LinearBackward<T>& args) {
  const LinearShape& s = args.shape;
  if (args.dbias != nullptr) {
    column_sum<T>(stream, s.batch, s.out_features, args.dy, nullptr, args.dbias);
  }
  if constexpr (std::is_same_v<T, bfloat16>) {
    if (supports_tensor_op(stream, s.in_features, s.out_features, {args.x, args.weight, args.dy})) {
      backward<TensorOp>(stream, args);
      return;
    }
  }
  backward<Simt>(stream, args);
}

INKLING_INSTANTIATE_CUDA(linear_forward);
INKLING_INSTANTIATE_CUDA(linear_backward);

}  // namespace inkling::cuda
