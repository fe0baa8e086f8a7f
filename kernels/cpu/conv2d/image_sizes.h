// Where an image's data are in the tensors of a convolution.
#pragma once

#include "kernels/args/conv2d.h"

namespace inkling::cpu {

struct ImageSizes {
  ImageSizes(const Conv2dShape& s, Epilogue epilogue)
      : input(s.in_height * s.in_width * s.in_channels),
        pixels(s.out_height() * s.out_width()),
        output(pixels * s.out_channels),
        pooled_row((epilogue == Epilogue::relu_pool ? s.out_width() / 2 : s.out_width()) *
                   s.out_channels),
        pooled((epilogue == Epilogue::relu_pool ? s.out_height() / 2 : s.out_height()) *
               pooled_row),
        argmax(pooled / s.out_channels * packed_argmax_bytes(s.out_channels)) {}

  Index input;       // elements of one input image
  Index pixels;      // outputs of one channel of one image
  Index output;      // elements of one output image before pooling
  Index pooled_row;  // elements of a row of one output image as stored
  Index pooled;      // elements of one output image as stored
  Index argmax;      // bytes of its packed argmax
};

}  // namespace inkling::cpu
