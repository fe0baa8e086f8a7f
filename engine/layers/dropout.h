// Dropout: active in training, the identity in inference.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/activation.h"

namespace inkling::layers {

struct Dropout {
  static constexpr const char* kType = "dropout";

  double p = 0.5;  // 0 ≤ p < 1: the probability that an element becomes 0

  static Dropout from_json(const FieldReader& json) { return {.p = json.number("p", 0, 1)}; }
  Fields to_json() const { return {{"p", p}}; }

  Shape output_shape(const Shape& input) const { return input; }

  Variable forward(const Variable& x, const ForwardContext& context) const {
    if (context.training == nullptr) {
      return x;
    }
    return dropout(
        x, p,
        {.seed = context.training->seed, .layer = context.index, .step = context.training->step});
  }
};

}  // namespace inkling::layers
