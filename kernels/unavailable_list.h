// Every kernel template of kernel_list.h, calling unavailable(), for numbers that a device has no
// kernels for. A stub includes it in its device's namespace, so it has no include guard, and
// instantiates it for those numbers.
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
void softmax(const Stream&, Index, Index, const T*, Accum<T>*) {
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
void adam_update(const Stream&, std::span<const AdamTensor<T>>, const AdamOptions&,
                 const AdamCoefficients<T>*) {
  unavailable();
}
template <class T>
void gather_batch(const Stream&, const GatherBatch<T>&) {
  unavailable();
}

template <class T>
void augment_batch(const Stream&, const AugmentBatch<T>&) {
  unavailable();
}

// The explicit instantiations that the list's callers link against, for one T.
template <class T>
struct Instantiate {
  static constexpr auto kAll = std::make_tuple(
      &accumulate<T>, &conv2d_forward<T>, &conv2d_backward<T>, &max_pool2d_forward<T>,
      &max_pool2d_backward<T>, &linear_forward<T>, &linear_backward<T>, &relu_forward<T>,
      &relu_backward<T>, &dropout<T>, &nhwc_to_nchw<T>, &nchw_to_nhwc<T>, &softmax<T>,
      &cross_entropy_forward<T>, &cross_entropy_backward<T>, &adam_update<T>, &gather_batch<T>,
      &augment_batch<T>);
};
