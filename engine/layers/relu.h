// ReLU, for images and vectors.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/activation.h"

namespace inkling::layers {

struct Relu {
  static constexpr const char* kType = "relu";

  static Relu from_json(const FieldReader&) { return {}; }
  Fields to_json() const { return {}; }

  Shape output_shape(const Shape& input) const { return input; }

  Variable forward(const Variable& x, const ForwardContext&) const { return relu(x); }
};

}  // namespace inkling::layers
