// ReLU and its gradient.
#include "kernels/cpu/elementwise.h"
#include "kernels/kernels.h"
#include "kernels/pointwise.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void relu_forward(const Stream& stream, Index size, const T* x, T* y) {
  parallel_for(*stream.pool, size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      y[i] = relu(x[i]);
    }
  });
}

template <class T>
void relu_backward(const Stream& stream, Index size, const T* y, const T* dy, T* dx) {
  parallel_for(*stream.pool, size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      dx[i] = relu_gradient(y[i], dy[i]);
    }
  });
}

template void relu_forward(const Stream&, Index, const float*, float*);
template void relu_forward(const Stream&, Index, const double*, double*);
template void relu_backward(const Stream&, Index, const float*, const float*, float*);
template void relu_backward(const Stream&, Index, const double*, const double*, double*);

}  // namespace inkling::cpu
