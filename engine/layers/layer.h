// What every layer is: a struct of its fields, in a header of its own, with these members.
//
//   static constexpr const char* kType;        its "type" in a network's JSON
//   static Self from_json(const FieldReader& json);
//   Fields to_json() const;
//   Shape output_shape(const Shape& input) const;
//   std::vector<ParameterSpec> parameters(const Shape& input) const;   if it has any
//   Variable forward(const Variable& x, const ForwardContext& context) const;
//
// Shapes are those of one image: [height, width, channels] or [features]. output_shape throws
// std::invalid_argument for an input that the layer cannot take; forward adds the batch in front.
// layers.h registers the layer in one line. Layers are values; const members are thread-safe.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/layers/fields.h"
#include "engine/parameter.h"
#include "kernels/args/conv2d.h"
#include "kernels/args/pool2d.h"

namespace inkling::layers {

// A parameter of a layer. Initialized uniformly in ±1/sqrt(fan_in).
struct ParameterSpec {
  std::string name;  // "conv1.weight"
  Shape shape;       // in memory
  Index fan_in = 1;  // inputs of one output
  ParameterLayout layout = ParameterLayout::same;
};

// What dropout draws its masks from; only given while training.
struct Training {
  std::uint64_t seed = 0;
  Tensor step;  // int32 [1], on the network's device
};

struct ForwardContext {
  std::span<const Parameter> parameters;  // this layer's own, in the order of parameters()
  const Training* training = nullptr;     // null: inference
  std::uint32_t index = 0;                // of this layer, distinct within its network
  Epilogue epilogue = Epilogue::none;     // the layers that are fused to a convolution
};

[[noreturn]] inline void fail(const std::string& expected, const Shape& received) {
  throw std::invalid_argument("expected " + expected + ", received " + to_string(received));
}

inline void expect_image(const Shape& input) {
  if (input.size() != 3) {
    fail("an image [height, width, channels] (put it before flatten)", input);
  }
}

// The result of a window that slides over an image without padding.
inline Shape pooled_shape(const Shape& input, Index kernel, Index stride) {
  expect_image(input);
  if (kernel > kMaxPoolKernel || input[0] < kernel || input[1] < kernel) {
    fail("an image that holds a window of " + std::to_string(kernel) + " (" +
             std::to_string(kMaxPoolKernel) + " at most)",
         input);
  }
  return {(input[0] - kernel) / stride + 1, (input[1] - kernel) / stride + 1, input[2]};
}

}  // namespace inkling::layers
