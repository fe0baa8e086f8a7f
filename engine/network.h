// A network: its parameters, and the forward pass that records the graph.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/network_spec.h"
#include "engine/parameter.h"

namespace inkling {

// Not thread-safe while parameters are written; forward() under NoGrad is, on a Device of one
// thread.
class Network {
 public:
  static constexpr Index kMaxParameters = Index{1} << 33;
  using Training = layers::Training;

  // Parameters are drawn as PyTorch's defaults draw them: weight and bias uniform in ±1/sqrt(fan
  // in) (He et al. 2015 with a = sqrt(5)), by Philox from the seed; without a seed they are zeros,
  // for who reads them from a file. Throws std::invalid_argument that names the layer when shapes
  // do not fit.
  // A layer that would exceed max_parameters is rejected before its memory is allocated.
  Network(const NetworkSpec& spec, const Device& device, std::optional<std::uint64_t> seed = 0,
          Dtype dtype = Dtype::float32, Index max_parameters = kMaxParameters);

  // images [batch, height, width, channels] → logits [batch, classes], in the images' dtype: that
  // of the parameters, or bfloat16 beside float32 parameters. With `training`, dropout is on, its
  // masks drawn for that seed and step.
  Variable forward(const Variable& images) const { return run(images, nullptr); }
  Variable forward(const Variable& images, const Training& training) const {
    return run(images, &training);
  }

  // A step of the forward pass: a layer, with those after it that a convolution takes as epilogue.
  struct Step {
    Layer layer;
    Shape input;                      // of one image
    std::size_t first_parameter = 0;  // its own are parameters()[first_parameter, … + count)
    std::size_t parameter_count = 0;
    Epilogue epilogue = Epilogue::none;
  };

  const NetworkSpec& spec() const { return spec_; }
  const std::vector<Step>& steps() const { return steps_; }
  const Device& device() const { return device_; }
  Index classes() const { return classes_; }
  std::vector<std::string> class_names() const;  // the spec's, or the classes' numbers
  std::vector<Parameter>& parameters() { return parameters_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::vector<Variable> variables() const;
  Index parameter_count() const;

 private:
  bool fuse(const Layer& layer);  // to the last step; false: it takes a step of its own
  void add_parameters(const std::vector<layers::ParameterSpec>& specs,
                      std::optional<std::uint64_t> seed, Dtype dtype, Index max_parameters);
  Variable run(const Variable& images, const Training* training) const;

  NetworkSpec spec_;
  Device device_;
  Index classes_ = 0;
  std::vector<Parameter> parameters_;
  std::vector<Step> steps_;
};

}  // namespace inkling
