// What there is not: without CUDA everything in namespace cuda, with it (INKLING_CUDA) what is float64,
// which exists on the CPU alone, for gradient checks. Each call says so.
#include <stdexcept>
#include <tuple>

#include "kernels/kernels.h"

namespace inkling::cuda {
namespace {

[[noreturn]] void unavailable() {
#ifdef INKLING_CUDA
  throw std::runtime_error("[cuda] expected float32 or bfloat16, received float64: use --device cpu");
#else
  throw std::runtime_error("[cuda] this build has no CUDA: use --device cpu");
#endif
}

}  // namespace

#ifndef INKLING_CUDA
std::shared_ptr<const Stream> open_stream(int) { unavailable(); }
void* allocate(const Stream&, std::size_t) { unavailable(); }
void deallocate(const Stream&, void*) noexcept {}
void copy_from_host(const Stream&, const void*, void*, std::size_t) { unavailable(); }
void copy_to_host(const Stream&, const void*, void*, std::size_t) { unavailable(); }
void copy(const Stream&, const void*, void*, std::size_t) { unavailable(); }
void fill_zero(const Stream&, void*, std::size_t) { unavailable(); }
#endif

template <class T>
void accumulate(const Stream&, Index, const T*, T*) {
  unavailable();
}
template <class T>
void conv2d_forward(const Stream&, const Conv2dForward<T>&) {
  unavailable();
}
template <class T>
void conv2d_backward(const Stream&, const Conv2dBackward<T>&) {
  unavailable();
}
template <class T>
void max_pool2d_forward(const Stream&, const MaxPool2dForward<T>&) {
  unavailable();
}
template <class T>
void max_pool2d_backward(const Stream&, const MaxPool2dBackward<T>&) {
  unavailable();
}
template <class T>
void linear_forward(const Stream&, const LinearForward<T>&) {
  unavailable();
}
template <class T>
void linear_backward(const Stream&, const LinearBackward<T>&) {
  unavailable();
}
template <class T>
void relu_forward(const Stream&, Index, const T*, T*) {
  unavailable();
}
template <class T>
void relu_backward(const Stream&, Index, const T*, const T*, T*) {
  unavailable();
}
template <class T>
void dropout(const Stream&, Index, double, DropoutKey, const T*, T*) {
  unavailable();
}
template <class T>
void nhwc_to_nchw(const Stream&, const ImageShape&, const T*, T*) {
  unavailable();
}
template <class T>
void nchw_to_nhwc(const Stream&, const ImageShape&, const T*, T*) {
  unavailable();
}
template <class T>
void softmax(const Stream&, Index, Index, const T*, T*) {
  unavailable();
}
template <class T>
void cross_entropy_forward(const Stream&, const CrossEntropyForward<T>&) {
  unavailable();
}
template <class T>
void cross_entropy_backward(const Stream&, const CrossEntropyBackward<T>&) {
  unavailable();
}
template <class T>
void adam_update(const Stream&, std::span<const AdamTensor<T>>, const AdamStep&) {
  unavailable();
}
template <class T>
void gather_batch(const Stream&, const GatherBatch<T>&) {
  unavailable();
}

// The explicit instantiations that the list's callers link against, for one T.
template <class T>
struct Instantiate {
  static constexpr auto kAll = std::make_tuple(
      &accumulate<T>, &conv2d_forward<T>, &conv2d_backward<T>, &max_pool2d_forward<T>,
      &max_pool2d_backward<T>, &linear_forward<T>, &linear_backward<T>, &relu_forward<T>,
      &relu_backward<T>, &dropout<T>, &nhwc_to_nchw<T>, &nchw_to_nhwc<T>, &softmax<T>,
      &cross_entropy_forward<T>, &cross_entropy_backward<T>, &adam_update<T>, &gather_batch<T>);
};
#ifndef INKLING_CUDA
template struct Instantiate<float>;
#endif
template struct Instantiate<double>;

}  // namespace inkling::cuda
