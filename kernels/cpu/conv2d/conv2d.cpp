// Convolution and its epilogue: by Winograd's minimal filtering where its shape allows, else by
// im2col.
#include "kernels/cpu/conv2d/im2col_conv.h"
#include "kernels/cpu/conv2d/winograd_conv.h"
#include "kernels/kernels.h"

namespace inkling::cpu {

template <class T>
void conv2d_forward(const Stream& stream, const Conv2dForward<T>& args) {
  if constexpr (!std::is_same_v<T, double>) {
    if (supports_winograd(args.shape)) {
      winograd_forward(stream, args);
      return;
    }
  }
  im2col_forward(stream, args);
}

template <class T>
void conv2d_backward(const Stream& stream, const Conv2dBackward<T>& args) {
  if constexpr (!std::is_same_v<T, double>) {
    if (supports_winograd(args.shape)) {
      winograd_backward(stream, args);
      return;
    }
  }
  im2col_backward(stream, args);
}

INKLING_INSTANTIATE_CPU(conv2d_forward);
INKLING_INSTANTIATE_CPU(conv2d_backward);

}  // namespace inkling::cpu
