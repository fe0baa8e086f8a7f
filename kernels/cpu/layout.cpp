// Channels innermost ⇄ channels outermost.
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

// Each of `batch` matrices [rows, columns] → [columns, rows].
template <class T>
void transpose(const Stream& stream, Index batch, Index rows, Index columns, const T* x, T* y) {
  parallel_for(*stream.pool, batch, 4, [&](Index begin, Index end) {
    for (Index b = begin; b < end; ++b) {
      const T* from = x + b * rows * columns;
      T* to = y + b * rows * columns;
      for (Index c = 0; c < columns; ++c) {
        for (Index r = 0; r < rows; ++r) {
          *to++ = from[r * columns + c];
        }
      }
    }
  });
}

}  // namespace

template <class T>
void nhwc_to_nchw(const Stream& stream, const ChangeLayout<T>& args) {
  const ImageShape& s = args.shape;
  transpose(stream, s.batch, s.height * s.width, s.channels, args.x, args.y);
}

template <class T>
void nchw_to_nhwc(const Stream& stream, const ChangeLayout<T>& args) {
  const ImageShape& s = args.shape;
  transpose(stream, s.batch, s.channels, s.height * s.width, args.x, args.y);
}

INKLING_INSTANTIATE_CPU(nhwc_to_nchw);
INKLING_INSTANTIATE_CPU(nchw_to_nhwc);

}  // namespace inkling::cpu
