// Convolution with a square kernel.
#pragma once

#include "engine/layers/layer.h"
#include "engine/ops/conv2d.h"

namespace inkling::layers {

struct Conv2d {
  static constexpr const char* kType = "conv2d";

  std::string name;  // its parameters are name.weight and name.bias
  Index out_channels = 0;
  Index kernel = 3;
  Conv2dOptions options;

  static Conv2d from_json(const FieldReader& json) {
    return {.name = json.text("name"),
            .out_channels = json.extent("out_channels"),
            .kernel = json.extent("kernel"),
            .options = {.stride = json.extent("stride"), .padding = json.extent("padding", 0)}};
  }
  Fields to_json() const {
    return {{"name", name},
            {"out_channels", out_channels},
            {"kernel", kernel},
            {"stride", options.stride},
            {"padding", options.padding}};
  }

  Shape output_shape(const Shape& input) const {
    expect_image(input);
    const Index height = input[0] + 2 * options.padding;
    const Index width = input[1] + 2 * options.padding;
    if (height < kernel || width < kernel) {
      fail("an image that holds a kernel of " + std::to_string(kernel), input);
    }
    return {(height - kernel) / options.stride + 1, (width - kernel) / options.stride + 1,
            out_channels};
  }

  std::vector<ParameterSpec> parameters(const Shape& input) const {
    const Index fan_in = kernel * kernel * input[2];
    return {{name + ".weight",
             {kernel, kernel, input[2], out_channels},
             fan_in,
             ParameterLayout::conv2d_weight},
            {name + ".bias", {out_channels}, fan_in}};
  }

  Variable forward(const Variable& x, const ForwardContext& context) const {
    return conv2d(x, context.parameters[0].variable, context.parameters[1].variable, options,
                  context.epilogue);
  }
};

}  // namespace inkling::layers
