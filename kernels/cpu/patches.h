// im2col: a convolution as a matrix product (Chellapilla, Puri, Simard 2006).
#pragma once

#include "kernels/arguments.h"

namespace inkling::cpu {

// One image [in_height, in_width, in_channels] → patches [out_height * out_width, kernel * kernel *
// in_channels], whose columns stand in the order of the weight's rows; outside the image is 0.
template <class T>
void gather_patches(const Conv2dShape& shape, const T* image, T* patches);

// The transpose: adds each patch to where it was gathered from. `image` is overwritten.
template <class T>
void scatter_patches(const Conv2dShape& shape, const T* patches, T* image);

}  // namespace inkling::cpu
