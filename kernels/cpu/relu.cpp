// ReLU and its gradient.
#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/pointwise.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void relu_forward(const Stream& stream, const ReluForward<T>& args) {
  parallel_for(*stream.pool, args.size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      args.y[i] = narrow<T>(relu(widen(args.x[i])));
    }
  });
}

template <class T>
void relu_backward(const Stream& stream, const ReluBackward<T>& args) {
  parallel_for(*stream.pool, args.size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      args.dx[i] = narrow<T>(relu_gradient(widen(args.y[i]), widen(args.dy[i])));
    }
  });
}

INKLING_INSTANTIATE_CPU(relu_forward);
INKLING_INSTANTIATE_CPU(relu_backward);

}  // namespace inkling::cpu
