// From images to vectors, in PyTorch's order: channels, rows, columns.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/pooling.h"

namespace inkling::layers {

struct Flatten {
  static constexpr const char* kType = "flatten";

  static Flatten from_json(const FieldReader&) { return {}; }
  Fields to_json() const { return {}; }

  Shape output_shape(const Shape& input) const {
    expect_image(input);
    return {element_count(input)};
  }

  Variable forward(const Variable& x, const ForwardContext&) const { return flatten(x); }
};

}  // namespace inkling::layers
