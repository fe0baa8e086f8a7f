// The fully connected layer.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/linear.h"

namespace inkling::layers {

struct Linear {
  static constexpr const char* kType = "linear";

  std::string name;  // its parameters are name.weight and name.bias
  Index out_features = 0;

  static Linear from_json(const FieldReader& json) {
    return {.name = json.text("name"), .out_features = json.extent("out_features")};
  }
  Fields to_json() const { return {{"name", name}, {"out_features", out_features}}; }

  Shape output_shape(const Shape& input) const {
    if (input.size() != 1) {
      fail("a vector (put flatten before it)", input);
    }
    return {out_features};
  }

  std::vector<ParameterSpec> parameters(const Shape& input) const {
    return {{name + ".weight", {out_features, input[0]}, input[0]},
            {name + ".bias", {out_features}, input[0]}};
  }

  Variable forward(const Variable& x, const ForwardContext& context) const {
    return linear(x, context.parameters[0].variable, context.parameters[1].variable);
  }
};

}  // namespace inkling::layers
