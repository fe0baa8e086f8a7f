// Compiled once for each level: INKLING_LEVEL names it, the compiler flags make it. Eigen's
// templates are weak symbols, so each level renames Eigen's namespace: else the linker would keep
// one level's code for all, and an older processor would meet instructions it does not have.
#define Eigen INKLING_CONCAT(Eigen_, INKLING_LEVEL)
#define INKLING_CONCAT(a, b) INKLING_CONCAT_EXPANDED(a, b)
#define INKLING_CONCAT_EXPANDED(a, b) a##b

#include <Eigen/Core>

#include "kernels/cpu/gemm.h"

namespace inkling::cpu::INKLING_LEVEL {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Strided = Eigen::Map<Matrix<T>, 0, Eigen::OuterStride<>>;
template <class T>
using ConstStrided = Eigen::Map<const Matrix<T>, 0, Eigen::OuterStride<>>;

template <class T, class A, class B>
void multiply(const Gemm<T>& args, const A& a, const B& b) {
  Strided<T> c(args.c, args.m, args.n, Eigen::OuterStride<>(args.c_stride));
  if (args.accumulate) {
    c.noalias() += a * b;
  } else {
    c.noalias() = a * b;
  }
}

template <class T, class A>
void multiply(const Gemm<T>& args, const A& a) {
  const Eigen::OuterStride<> stride(args.b_stride);
  if (args.b_transposed) {
    multiply(args, a, ConstStrided<T>(args.b, args.n, args.k, stride).transpose());
  } else {
    multiply(args, a, ConstStrided<T>(args.b, args.k, args.n, stride));
  }
}

}  // namespace

template <class T>
void gemm(const Gemm<T>& args) {
  const Eigen::OuterStride<> stride(args.a_stride);
  if (args.a_transposed) {
    multiply(args, ConstStrided<T>(args.a, args.k, args.m, stride).transpose());
  } else {
    multiply(args, ConstStrided<T>(args.a, args.m, args.k, stride));
  }
}

template void gemm(const Gemm<float>& args);
template void gemm(const Gemm<double>& args);

}  // namespace inkling::cpu::INKLING_LEVEL
