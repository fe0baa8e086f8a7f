// y = W x + b as matrix products, cut over outputs (forward, weight gradient) or inputs (data
// gradient): each chunk owns what it writes, and its sums do not depend on the number of threads.
#include <algorithm>

#include "kernels/cpu/gemm.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

constexpr Index kOutputs = 64;   // outputs a chunk
constexpr Index kInputs = 1024;  // inputs a chunk

}  // namespace

template <class T>
void linear_forward(const Stream& stream, const LinearForward<T>& args) {
  const LinearShape& s = args.shape;
  parallel_for(*stream.pool, s.out_features, kOutputs, [&](Index begin, Index end) {
    gemm({.m = s.batch,
          .n = end - begin,
          .k = s.in_features,
          .a = args.x,
          .a_stride = s.in_features,
          .b = args.weight + begin * s.in_features,
          .b_transposed = true,
          .b_stride = s.in_features,
          .c = args.y + begin,
          .c_stride = s.out_features});
    if (args.bias == nullptr) {
      return;
    }
    for (Index row = 0; row < s.batch; ++row) {
      for (Index o = begin; o < end; ++o) {
        args.y[row * s.out_features + o] += args.bias[o];
      }
    }
  });
}

template <class T>
void linear_backward(const Stream& stream, const LinearBackward<T>& args) {
  const LinearShape& s = args.shape;
  if (args.dx != nullptr) {
    parallel_for(*stream.pool, s.in_features, kInputs, [&](Index begin, Index end) {
      gemm({.m = s.batch,
            .n = end - begin,
            .k = s.out_features,
            .a = args.dy,
            .a_stride = s.out_features,
            .b = args.weight + begin,
            .b_stride = s.in_features,
            .c = args.dx + begin,
            .c_stride = s.in_features});
    });
  }
  if (args.dweight != nullptr) {
    parallel_for(*stream.pool, s.out_features, kOutputs, [&](Index begin, Index end) {
      gemm({.m = end - begin,
            .n = s.in_features,
            .k = s.batch,
            .a = args.dy + begin,
            .a_transposed = true,
            .a_stride = s.out_features,
            .b = args.x,
            .b_stride = s.in_features,
            .c = args.dweight + begin * s.in_features,
            .c_stride = s.in_features});
    });
  }
  if (args.dbias != nullptr) {
    std::copy_n(args.dy, s.out_features, args.dbias);
    for (Index row = 1; row < s.batch; ++row) {
      for (Index o = 0; o < s.out_features; ++o) {
        args.dbias[o] += args.dy[row * s.out_features + o];
      }
    }
  }
}

INKLING_INSTANTIATE_CPU(linear_forward);
INKLING_INSTANTIATE_CPU(linear_backward);

}  // namespace inkling::cpu
