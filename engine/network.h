// A network: its parameters, and the forward pass that records the graph.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/autograd.h"
#include "engine/network_spec.h"
#include "kernels/args/conv2d.h"

namespace inkling {

// How a parameter is stored in files: as PyTorch has it. Memory differs for convolutions alone.
enum class ParameterLayout : std::uint8_t {
  same,
  conv2d_weight,  // memory [kernel, kernel, in, out], file [out, in, kernel, kernel]
};

struct Parameter {
  std::string name;  // "conv1.weight"
  Variable variable;
  ParameterLayout layout = ParameterLayout::same;

  Shape file_shape() const;
  std::vector<float> to_file() const;  // the values in the file's order
  // Throws std::invalid_argument when the count differs.
  void from_file(std::span<const float> values);
};

// Not thread-safe while parameters are written; forward() under NoGrad is, on a Device of one
// thread.
class Network {
 public:
  static constexpr Index kMaxParameters = Index{1} << 33;

  // Parameters are drawn as PyTorch's defaults draw them: weight and bias uniform in ±1/sqrt(fan
  // in) (He et al. 2015 with a = sqrt(5)), by Philox from the seed. Throws std::invalid_argument
  // that names the layer when shapes do not fit.
  // A spec of more than max_parameters is refused before memory is asked for.
  Network(const NetworkSpec& spec, const Device& device, std::uint64_t seed = 0,
          Dtype dtype = Dtype::float32, Index max_parameters = kMaxParameters);

  // images [batch, height, width, channels] → logits [batch, classes], in the images' dtype: that
  // of the parameters, or bfloat16 beside float32 parameters. With `training`, dropout is on, its
  // masks drawn for that seed and step.
  struct Training {
    std::uint64_t seed = 0;
    Tensor step;  // int32 [1], on the network's device
  };
  Variable forward(const Variable& images) const { return run(images, nullptr); }
  Variable forward(const Variable& images, const Training& training) const {
    return run(images, &training);
  }

  const NetworkSpec& spec() const { return spec_; }
  const Device& device() const { return device_; }
  Index classes() const { return classes_; }
  std::vector<Parameter>& parameters() { return parameters_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::vector<Variable> variables() const;
  Index parameter_count() const;

 private:
  // A step of the forward pass: one layer, or a convolution with the layers that are fused to it.
  // Parameters by index.
  struct Conv2dStep {
    std::size_t weight = 0;
    Index stride = 1;
    Index padding = 0;
    Epilogue epilogue = Epilogue::none;
  };
  struct LinearStep {
    std::size_t weight = 0;
  };
  struct DropoutStep {
    double p = 0;
    std::uint32_t layer = 0;
  };
  using Step =
      std::variant<Conv2dStep, LinearStep, ReluSpec, MaxPool2dSpec, FlattenSpec, DropoutStep>;
  struct Builder;

  Variable run(const Variable& images, const Training* training) const;

  NetworkSpec spec_;
  Device device_;
  Index classes_ = 0;
  std::vector<Parameter> parameters_;
  std::vector<Step> steps_;
};

}  // namespace inkling
