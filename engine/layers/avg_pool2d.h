// Average pooling over square windows.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/pooling.h"

namespace inkling::layers {

struct AvgPool2d {
  static constexpr const char* kType = "avg_pool2d";

  Index kernel = 2;  // at most kMaxPoolKernel
  Index stride = 2;

  static AvgPool2d from_json(const FieldReader& json) {
    return {.kernel = json.extent("kernel"), .stride = json.extent("stride")};
  }
  Fields to_json() const { return {{"kernel", kernel}, {"stride", stride}}; }

  Shape output_shape(const Shape& input) const { return pooled_shape(input, kernel, stride); }

  Variable forward(const Variable& x, const ForwardContext&) const {
    return avg_pool2d(x, kernel, stride);
  }
};

}  // namespace inkling::layers
