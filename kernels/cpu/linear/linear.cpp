// y = W x + b, by the products of kernels/cpu/simd; in float64, and in bf16 where the processor
// does not multiply it, by Eigen. Work is cut over outputs (forward, weight gradient) or inputs
// (data gradient): each chunk owns what it writes, and its sums do not depend on the number of
// threads.
#include <algorithm>

#include "kernels/cpu/gemm.h"
#include "kernels/cpu/linear/product_linear.h"
#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

enum Slot : int { kX, kWeight, kY, kDx };

constexpr Index kOutputs = 64;   // outputs a chunk
constexpr Index kInputs = 1024;  // inputs a chunk

// A: float or double.
template <class A>
void gemm_forward(ThreadPool& pool, const LinearForward<A>& args) {
  const LinearShape& s = args.shape;
  parallel_for(pool, s.out_features, kOutputs, [&](Index begin, Index end) {
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

template <class A>
void gemm_backward(ThreadPool& pool, const LinearBackward<A>& args) {
  const LinearShape& s = args.shape;
  if (args.dx != nullptr) {
    parallel_for(pool, s.in_features, kInputs, [&](Index begin, Index end) {
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
    parallel_for(pool, s.out_features, kOutputs, [&](Index begin, Index end) {
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
}

template <class T>
void bias_gradient(const LinearShape& s, const T* dy, Accum<T>* dbias) {
  std::fill_n(dbias, s.out_features, Accum<T>{0});
  for (Index row = 0; row < s.batch; ++row) {
    for (Index o = 0; o < s.out_features; ++o) {
      dbias[o] += widen(dy[row * s.out_features + o]);
    }
  }
}

}  // namespace

template <class T>
void linear_forward(const Stream& stream, const LinearForward<T>& args) {
  const LinearShape& s = args.shape;
  if constexpr (!std::is_same_v<T, double>) {
    if (supports_product<T>(s)) {
      product_forward(stream, args);
      return;
    }
  }
  const Narrowed<kY, T> y(args.y, s.batch * s.out_features);
  gemm_forward<Accum<T>>(*stream.pool,
                         {.shape = s,
                          .x = widened<kX>(args.x, s.batch * s.in_features),
                          .weight = widened<kWeight>(args.weight, s.in_features * s.out_features),
                          .bias = args.bias,
                          .y = y.data()});
  y.store();
}

template <class T>
void linear_backward(const Stream& stream, const LinearBackward<T>& args) {
  const LinearShape& s = args.shape;
  if (args.dbias != nullptr) {
    bias_gradient(s, args.dy, args.dbias);
  }
  if constexpr (!std::is_same_v<T, double>) {
    if (supports_product<T>(s)) {
      product_backward(stream, args);
      return;
    }
  }
  const Narrowed<kDx, T> dx(args.dx, args.dx != nullptr ? s.batch * s.in_features : 0);
  gemm_backward<Accum<T>>(*stream.pool,
                          {.shape = s,
                           .x = widened<kX>(args.x, s.batch * s.in_features),
                           .weight = widened<kWeight>(args.weight, s.in_features * s.out_features),
                           .dy = widened<kY>(args.dy, s.batch * s.out_features),
                           .dx = args.dx != nullptr ? dx.data() : nullptr,
                           .dweight = args.dweight,
                           .dbias = nullptr});
  dx.store();
}

INKLING_INSTANTIATE_CPU(linear_forward);
INKLING_INSTANTIATE_CPU(linear_backward);

}  // namespace inkling::cpu
