// What works element by element: sums of gradients, ReLU, dropout. One read and one write an
// element, so the bound is the memory's bandwidth: on an H200 (4.8 TB/s), 64 × 64 × 28 × 28
// activations in float32 (12.8 MB read, as much written) take 5.4 µs at best.
#include "kernels/cuda/context.h"
#include "kernels/cuda/number.h"
#include "kernels/philox.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void accumulate_kernel(Index size, const T* x, T* y) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    store(y[i], to_float(y[i]) + to_float(x[i]));
  }
}

// Written so that NaN stays NaN.
template <class T>
__global__ void relu_forward_kernel(Index size, const T* x, T* y) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    const float value = to_float(x[i]);
    store(y[i], value <= 0.0F ? 0.0F : value);
  }
}

template <class T>
__global__ void relu_backward_kernel(Index size, const T* y, const T* dy, T* dx) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    store(dx[i], to_float(y[i]) > 0.0F ? to_float(dy[i]) : 0.0F);
  }
}

// The same numbers as on the CPU: one Philox call for four elements in a row.
template <class T>
__global__ void dropout_kernel(Index size, float p, float scale, DropoutKey key, const T* x, T* y) {
  const Index quads = (size + 3) / 4;
  const auto step = static_cast<std::uint32_t>(*key.step);
  for (Index quad = first_element(); quad < quads; quad += element_stride()) {
    const Philox4 random =
        random4(key.seed, RandomUse::dropout, key.layer, step, static_cast<std::uint32_t>(quad));
    for (int lane = 0; lane < 4 && 4 * quad + lane < size; ++lane) {
      const Index i = 4 * quad + lane;
      store(y[i], uniform01(random.word[lane]) >= p ? to_float(x[i]) * scale : 0.0F);
    }
  }
}

}  // namespace

template <class T>
void accumulate(const Stream& stream, Index size, const T* x, T* y) {
  const Context& context = context_of(stream);
  launch(accumulate_kernel<T>, elementwise_grid(context, size), context.stream, size, x, y);
}

template <class T>
void relu_forward(const Stream& stream, Index size, const T* x, T* y) {
  const Context& context = context_of(stream);
  launch(relu_forward_kernel<T>, elementwise_grid(context, size), context.stream, size, x, y);
}

template <class T>
void relu_backward(const Stream& stream, Index size, const T* y, const T* dy, T* dx) {
  const Context& context = context_of(stream);
  launch(relu_backward_kernel<T>, elementwise_grid(context, size), context.stream, size, y, dy, dx);
}

template <class T>
void dropout(const Stream& stream, Index size, double p, DropoutKey key, const T* x, T* y) {
  const Context& context = context_of(stream);
  launch(dropout_kernel<T>, elementwise_grid(context, ceil_divide(size, 4)), context.stream, size,
         static_cast<float>(p), static_cast<float>(1.0 / (1.0 - p)), key, x, y);
}

template void accumulate(const Stream&, Index, const float*, float*);
template void accumulate(const Stream&, Index, const bfloat16*, bfloat16*);
template void relu_forward(const Stream&, Index, const float*, float*);
template void relu_forward(const Stream&, Index, const bfloat16*, bfloat16*);
template void relu_backward(const Stream&, Index, const float*, const float*, float*);
template void relu_backward(const Stream&, Index, const bfloat16*, const bfloat16*, bfloat16*);
template void dropout(const Stream&, Index, double, DropoutKey, const float*, float*);
template void dropout(const Stream&, Index, double, DropoutKey, const bfloat16*, bfloat16*);

}  // namespace inkling::cuda
