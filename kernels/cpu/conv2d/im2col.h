// im2col: a convolution as a matrix product (Chellapilla, Puri, Simard 2006).
#pragma once

#include "kernels/args/conv2d.h"

namespace inkling::cpu {

// One image [in_height, in_width, in_channels] → columns [out_height * out_width, kernel * kernel *
// in_channels], a row for each output pixel, in the order of the weight's rows; zeros out of
// bounds.
template <class T>
void im2col(const Conv2dShape& shape, const T* image, T* columns);

// The transpose: overwrites `image` with the sum of the rows of `columns` where im2col() read them.
template <class T>
void col2im(const Conv2dShape& shape, const T* columns, T* image);

}  // namespace inkling::cpu
