// An image of a convolution by Winograd's minimal filtering, in float32: with its padding, and with
// the zeros that the last tiles reach.
#pragma once

#include <algorithm>

#include "kernels/args/conv2d.h"
#include "kernels/cpu/simd/convert.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu {

class PaddedImage {
 public:
  // tiles: of the convolution's results. memory: for size() numbers, which become zero.
  template <class Tiles>
  PaddedImage(const Conv2dShape& shape, const Tiles& tiles, float* memory)
      : shape_(shape), row_(tiles.padded_width() * shape.in_channels), data_(memory) {
    std::fill_n(data_, size(shape, tiles), 0.0F);
  }

  template <class Tiles>
  static Index size(const Conv2dShape& shape, const Tiles& tiles) {
    return tiles.padded_height() * tiles.padded_width() * shape.in_channels;
  }

  simd::ImageView<float> view() const { return {data_, row_}; }
  simd::ImageView<const float> const_view() const { return {data_, row_}; }

  // T: float or bfloat16.
  template <class T>
  void copy_from(const T* image) const {
    for (Index y = 0; y < shape_.in_height; ++y) {
      copy_row(image + y * image_row(), first() + y * row_);
    }
  }
  template <class T>
  void copy_to(T* image) const {
    for (Index y = 0; y < shape_.in_height; ++y) {
      copy_row(first() + y * row_, image + y * image_row());
    }
  }

 private:
  void copy_row(const float* from, float* to) const { std::copy_n(from, image_row(), to); }
  template <class From, class To>
  void copy_row(const From* from, To* to) const {
    simd::convert(image_row(), from, to);
  }
  Index image_row() const { return shape_.in_width * shape_.in_channels; }
  float* first() const { return data_ + shape_.padding * (row_ + shape_.in_channels); }

  const Conv2dShape& shape_;
  Index row_;
  float* data_;
};

}  // namespace inkling::cpu
