#include "engine/network.h"

#include <cmath>

#include "engine/ops/activation.h"
#include "engine/ops/conv2d.h"
#include "engine/ops/linear.h"
#include "engine/ops/pooling.h"
#include "kernels/philox.h"

namespace inkling {
namespace {

// Calls visit(index in memory, index in the file) for each element of a convolution's weight.
template <class Visit>
void for_each_conv2d_weight(const Shape& memory, const Visit& visit) {
  const Index kernel = memory[0];
  const Index in = memory[2];
  const Index out = memory[3];
  std::size_t index = 0;
  for (Index y = 0; y < kernel; ++y) {
    for (Index x = 0; x < kernel; ++x) {
      for (Index i = 0; i < in; ++i) {
        for (Index o = 0; o < out; ++o) {
          visit(index++, static_cast<std::size_t>(((o * in + i) * kernel + y) * kernel + x));
        }
      }
    }
  }
}

std::vector<float> to_floats(const Tensor& tensor) {
  if (tensor.dtype() == Dtype::float32) {
    return tensor.to_host<float>();
  }
  const std::vector<double> values = tensor.to_host<double>();
  return {values.begin(), values.end()};
}

void set_values(Tensor& tensor, std::span<const float> values) {
  dispatch_accum(tensor.dtype(), [&]<class T>() {
    const std::vector<T> converted(values.begin(), values.end());
    tensor.copy_from_host<T>(converted);
  });
}

}  // namespace

Shape Parameter::file_shape() const {
  const Shape& memory = variable.value().shape();
  return layout == ParameterLayout::conv2d_weight
             ? Shape{memory[3], memory[2], memory[0], memory[1]}
             : memory;
}

std::vector<float> Parameter::to_file() const {
  std::vector<float> memory = to_floats(variable.value());
  if (layout == ParameterLayout::same) {
    return memory;
  }
  std::vector<float> file(memory.size());
  for_each_conv2d_weight(variable.value().shape(),
                         [&](std::size_t m, std::size_t f) { file[f] = memory[m]; });
  return file;
}

void Parameter::from_file(std::span<const float> values) {
  if (static_cast<Index>(values.size()) != variable.value().size()) {
    throw std::invalid_argument(name + ": expected " + std::to_string(variable.value().size()) +
                                " values, received " + std::to_string(values.size()));
  }
  std::vector<float> memory(values.begin(), values.end());
  if (layout == ParameterLayout::conv2d_weight) {
    for_each_conv2d_weight(variable.value().shape(),
                           [&](std::size_t m, std::size_t f) { memory[m] = values[f]; });
  }
  set_values(variable.value(), memory);
}

// Walks the layers once, keeping the shape that reaches each.
struct Network::Builder {
  Network& network;
  std::uint64_t seed;
  Dtype dtype;
  Shape shape;  // without the batch: [height, width, channels] or [features]
  Index parameters_left;
  std::string where;

  [[noreturn]] void fail(const std::string& expected) const {
    throw std::invalid_argument(where + ": expected " + expected + ", received " +
                                to_string(shape));
  }

  void expect_image() const {
    if (shape.size() != 3) {
      fail("an image [height, width, channels] (put it before flatten)");
    }
  }

  // Weight and bias of a layer; returns the index of the weight, the bias follows it.
  std::size_t add_parameters(const std::string& name, Shape weight, Index outputs, Index fan_in,
                             ParameterLayout layout) {
    for (const Parameter& parameter : network.parameters_) {
      if (parameter.name == name + ".weight") {
        fail("a name that no other layer has instead of " + name);
      }
    }
    parameters_left -= element_count(weight) + outputs;
    if (parameters_left < 0) {
      fail("a network of no more parameters than its weights file or this machine holds");
    }
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    network.parameters_.push_back({name + ".weight", uniform(std::move(weight), bound), layout});
    network.parameters_.push_back(
        {name + ".bias", uniform({outputs}, bound), ParameterLayout::same});
    return network.parameters_.size() - 2;
  }

  Variable uniform(Shape of, double bound) const {
    std::vector<float> values(static_cast<std::size_t>(element_count(of)));
    const auto parameter = static_cast<std::uint32_t>(network.parameters_.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto element = static_cast<std::uint32_t>(i / 4);
      const Philox4 random = random4(seed, RandomUse::initialization, parameter, 0, element);
      values[i] = static_cast<float>((2.0 * uniform01(random.word[i % 4]) - 1) * bound);
    }
    Tensor tensor(std::move(of), dtype, network.device_);
    set_values(tensor, values);
    return Variable(tensor, /*requires_grad=*/true);
  }

  void operator()(const Conv2dSpec& layer) {
    expect_image();
    if (std::min(shape[0], shape[1]) + 2 * layer.padding < layer.kernel) {
      fail("an image that holds a kernel of " + std::to_string(layer.kernel));
    }
    const std::size_t weight = add_parameters(
        layer.name, {layer.kernel, layer.kernel, shape[2], layer.out_channels}, layer.out_channels,
        layer.kernel * layer.kernel * shape[2], ParameterLayout::conv2d_weight);
    network.steps_.emplace_back(Conv2dStep{weight, layer.stride, layer.padding, Epilogue::none});
    shape = {(shape[0] + 2 * layer.padding - layer.kernel) / layer.stride + 1,
             (shape[1] + 2 * layer.padding - layer.kernel) / layer.stride + 1, layer.out_channels};
  }

  void operator()(const LinearSpec& layer) {
    if (shape.size() != 1) {
      fail("a vector (put flatten before it)");
    }
    network.steps_.emplace_back(
        LinearStep{add_parameters(layer.name, {layer.out_features, shape[0]}, layer.out_features,
                                  shape[0], ParameterLayout::same)});
    shape = {layer.out_features};
  }

  void operator()(const ReluSpec& layer) {
    auto* conv = last_conv2d(Epilogue::none);
    if (conv != nullptr) {
      conv->epilogue = Epilogue::relu;
    } else {
      network.steps_.emplace_back(layer);
    }
  }

  void operator()(const MaxPool2dSpec& layer) {
    expect_image();
    if (layer.kernel > 16 || shape[0] < layer.kernel || shape[1] < layer.kernel) {
      fail("an image that holds a window of " + std::to_string(layer.kernel) + " (16 at most)");
    }
    auto* conv = layer.kernel == 2 && layer.stride == 2 ? last_conv2d(Epilogue::relu) : nullptr;
    if (conv != nullptr) {
      conv->epilogue = Epilogue::relu_pool;
    } else {
      network.steps_.emplace_back(layer);
    }
    shape = {(shape[0] - layer.kernel) / layer.stride + 1,
             (shape[1] - layer.kernel) / layer.stride + 1, shape[2]};
  }

  void operator()(const FlattenSpec& layer) {
    expect_image();
    network.steps_.emplace_back(layer);
    shape = {element_count(shape)};
  }

  void operator()(const DropoutSpec& layer) {
    network.steps_.emplace_back(
        DropoutStep{layer.p, static_cast<std::uint32_t>(network.steps_.size())});
  }

  // The convolution just before, when that is how far it is fused.
  Conv2dStep* last_conv2d(Epilogue epilogue) const {
    auto* conv = network.steps_.empty() ? nullptr : std::get_if<Conv2dStep>(&network.steps_.back());
    return conv != nullptr && conv->epilogue == epilogue ? conv : nullptr;
  }
};

Network::Network(const NetworkSpec& spec, const Device& device, std::uint64_t seed, Dtype dtype,
                 Index max_parameters)
    : spec_(spec), device_(device) {
  Builder builder{*this, seed, dtype, {spec.height, spec.width, spec.channels}, max_parameters, {}};
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    builder.where = "layer " + std::to_string(i) + " of " + spec.name;
    std::visit(builder, spec.layers[i]);
  }
  if (builder.shape.size() != 1) {
    builder.where = "the end of " + spec.name;
    builder.fail("a vector of logits");
  }
  classes_ = builder.shape[0];
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
  struct Forward {
    const Network& network;
    const Training* training;
    Variable x;

    void operator()(const Conv2dStep& step) {
      x = conv2d(x, network.parameters_[step.weight].variable,
                 network.parameters_[step.weight + 1].variable,
                 {.stride = step.stride, .padding = step.padding, .epilogue = step.epilogue});
    }
    void operator()(const LinearStep& step) {
      x = linear(x, network.parameters_[step.weight].variable,
                 network.parameters_[step.weight + 1].variable);
    }
    void operator()(const ReluSpec&) { x = relu(x); }
    void operator()(const MaxPool2dSpec& step) { x = max_pool2d(x, step.kernel, step.stride); }
    void operator()(const FlattenSpec&) { x = flatten(x); }
    void operator()(const DropoutStep& step) {
      if (training != nullptr) {
        x = dropout(x, step.p,
                    {.seed = training->seed, .layer = step.layer, .step = training->step});
      }
    }
  } forward{*this, training, images};
  for (const Step& step : steps_) {
    std::visit(forward, step);
  }
  return forward.x;
}

}  // namespace inkling
