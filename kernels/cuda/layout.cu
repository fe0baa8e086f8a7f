// NHWC ⇄ NCHW. The network flattens 7×7×256 activations once a step: a few megabytes, so a plain copy
// whose writes are coalesced and whose reads go through the cache is enough.
#include "kernels/cuda/context.h"
#include "kernels/cuda/number.h"

namespace inkling::cuda {
namespace {

// y of [batch, rows, columns] is x of [batch, columns, rows], each image turned.
template <class T>
__global__ void transpose_kernel(Index size, Index rows, Index columns, const T* x, T* y) {
  for (Index i = first_element(); i < size; i += element_stride()) {
    const Index image = i / (rows * columns);
    const Index within = i % (rows * columns);
    y[i] = x[image * rows * columns + within % columns * rows + within / columns];
  }
}

template <class T>
void transpose(const Stream& stream, Index batch, Index rows, Index columns, const T* x, T* y) {
  const Context& context = context_of(stream);
  const Index size = batch * rows * columns;
  launch(transpose_kernel<T>, elementwise_grid(context, size), context.stream, size, rows, columns,
         x, y);
}

}  // namespace

template <class T>
void nhwc_to_nchw(const Stream& stream, const ImageShape& shape, const T* x, T* y) {
  transpose(stream, shape.batch, shape.channels, shape.height * shape.width, x, y);
}

template <class T>
void nchw_to_nhwc(const Stream& stream, const ImageShape& shape, const T* x, T* y) {
  transpose(stream, shape.batch, shape.height * shape.width, shape.channels, x, y);
}

template void nhwc_to_nchw(const Stream&, const ImageShape&, const float*, float*);
template void nhwc_to_nchw(const Stream&, const ImageShape&, const bfloat16*, bfloat16*);
template void nchw_to_nhwc(const Stream&, const ImageShape&, const float*, float*);
template void nchw_to_nhwc(const Stream&, const ImageShape&, const bfloat16*, bfloat16*);

}  // namespace inkling::cuda
