#include "engine/network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernels/philox.h"

namespace inkling {
namespace {

std::vector<layers::ParameterSpec> parameters_of(const Layer& layer, const Shape& input) {
  return std::visit(
      [&](const auto& of) {
        if constexpr (requires { of.parameters(input); }) {
          return of.parameters(input);
        } else {
          return std::vector<layers::ParameterSpec>{};
        }
      },
      layer);
}

// number: that of the parameter within its network.
Variable draw_uniform(const Shape& shape, double bound, std::uint64_t seed, std::uint32_t number,
                      Dtype dtype, const Device& device) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto element = static_cast<std::uint32_t>(i / 4);
    const Philox4 random = random4(seed, RandomUse::initialization, number, 0, element);
    values[i] = static_cast<float>((2.0 * uniform01(random.word[i % 4]) - 1) * bound);
  }
  Tensor tensor(shape, dtype, device);
  set_values(tensor, values);
  return Variable(tensor, /*requires_grad=*/true);
}

}  // namespace

Network::Network(const NetworkSpec& spec, const Device& device, std::optional<std::uint64_t> seed,
                 Dtype dtype, Index max_parameters)
    : spec_(spec), device_(device) {
  Shape shape{spec.height, spec.width, spec.channels};  // of one image
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const Layer& layer = spec.layers[i];
    try {
      const Shape output =
          std::visit([&](const auto& of) { return of.output_shape(shape); }, layer);
      if (!fuse(layer)) {
        const auto parameters = parameters_of(layer, shape);
        steps_.push_back({layer, shape, parameters_.size(), parameters.size(), Epilogue::none});
        add_parameters(parameters, seed, dtype, max_parameters);
      }
      shape = output;
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("layer " + std::to_string(i) + " of " + spec.name + ": " +
                                  error.what());
    }
  }
  if (shape.size() != 1) {
    throw std::invalid_argument("the end of " + spec.name +
                                ": expected a vector of logits, received " + to_string(shape));
  }
  classes_ = shape[0];
  if (!spec.class_names.empty() && std::ssize(spec.class_names) != classes_) {
    throw std::invalid_argument("the end of " + spec.name + ": expected as many logits as it has " +
                                "classes, " + std::to_string(spec.class_names.size()) +
                                ", received " + std::to_string(classes_));
  }
}

std::vector<std::string> Network::class_names() const {
  if (!spec_.class_names.empty()) {
    return spec_.class_names;
  }
  std::vector<std::string> numbers;
  for (Index i = 0; i < classes_; ++i) {
    numbers.push_back(std::to_string(i));
  }
  return numbers;
}

// A convolution takes ReLU, and then a 2×2 max-pool of stride 2, as its epilogue: what is between
// is never stored.
bool Network::fuse(const Layer& layer) {
  if (steps_.empty() || !std::holds_alternative<layers::Conv2d>(steps_.back().layer)) {
    return false;
  }
  Epilogue& epilogue = steps_.back().epilogue;
  if (epilogue == Epilogue::none && std::holds_alternative<layers::Relu>(layer)) {
    epilogue = Epilogue::relu;
    return true;
  }
  const auto* pool = std::get_if<layers::MaxPool2d>(&layer);
  if (epilogue == Epilogue::relu && pool != nullptr && pool->kernel == 2 && pool->stride == 2) {
    epilogue = Epilogue::relu_pool;
    return true;
  }
  return false;
}

void Network::add_parameters(const std::vector<layers::ParameterSpec>& specs,
                             std::optional<std::uint64_t> seed, Dtype dtype, Index max_parameters) {
  Index count = parameter_count();
  for (const layers::ParameterSpec& parameter : specs) {
    count += element_count(parameter.shape);
    const auto same_name = [&](const Parameter& other) { return other.name == parameter.name; };
    if (std::any_of(parameters_.begin(), parameters_.end(), same_name)) {
      throw std::invalid_argument("expected a name that no other layer has, received " +
                                  parameter.name + " twice");
    }
  }
  if (count > max_parameters) {
    throw std::invalid_argument(
        "expected at most " + std::to_string(max_parameters) +
        " parameters, as its weights file or this machine holds, received " +
        std::to_string(count));
  }
  for (const layers::ParameterSpec& parameter : specs) {
    const double bound = 1 / std::sqrt(static_cast<double>(parameter.fan_in));
    const auto number = static_cast<std::uint32_t>(parameters_.size());
    Variable variable =
        seed ? draw_uniform(parameter.shape, bound, *seed, number, dtype, device_)
             : Variable(Tensor::zeros(parameter.shape, dtype, device_), /*requires_grad=*/true);
    parameters_.push_back({parameter.name, variable, parameter.layout});
  }
}

std::vector<Variable> Network::variables() const {
  std::vector<Variable> variables;
  for (const Parameter& parameter : parameters_) {
    variables.push_back(parameter.variable);
  }
  return variables;
}

Index Network::parameter_count() const {
  Index count = 0;
  for (const Parameter& parameter : parameters_) {
    count += parameter.variable.value().size();
  }
  return count;
}

Variable Network::run(const Variable& images, const Training* training) const {
  const Shape& shape = images.value().shape();
  if (shape.size() != 4 || shape[1] != spec_.height || shape[2] != spec_.width ||
      shape[3] != spec_.channels) {
    throw std::invalid_argument(spec_.name + ": expected images [batch, " +
                                std::to_string(spec_.height) + ", " + std::to_string(spec_.width) +
                                ", " + std::to_string(spec_.channels) + "], received " +
                                to_string(shape));
  }
  Variable x = images;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const layers::ForwardContext context{
        .parameters = std::span(parameters_).subspan(step.first_parameter, step.parameter_count),
        .training = training,
        .index = static_cast<std::uint32_t>(i),
        .epilogue = step.epilogue};
    x = std::visit([&](const auto& layer) { return layer.forward(x, context); }, step.layer);
  }
  return x;
}

}  // namespace inkling
