#include "engine/inference/frozen_network.h"

#include <algorithm>
#include <cmath>

namespace inkling::frozen {
namespace {

constexpr Index kCacheLine = 16;  // floats

Index aligned(Index floats) { return (floats + kCacheLine - 1) / kCacheLine * kCacheLine; }

std::span<const float> values_of(const Parameter& parameter) {
  const Tensor& tensor = parameter.variable.value();
  return {tensor.data<float>(), static_cast<std::size_t>(tensor.size())};
}

// Zeros around an image, which the step before writes without touching them.
void clear_border(const Layout& layout, float* buffer) {
  const Index left = layout.before * layout.channels;
  const Index right = layout.right * layout.channels;
  float* const first_row = buffer + layout.before * layout.row();
  std::fill(buffer, first_row, 0.0F);
  for (Index row = 0; row < layout.height; ++row) {
    float* const begin = first_row + row * layout.row();
    std::fill_n(begin, left, 0.0F);
    std::fill_n(begin + layout.row() - right, right, 0.0F);
  }
  std::fill(first_row + layout.height * layout.row(), buffer + layout.size(), 0.0F);
}

// A convolution takes ReLU, and then a 2×2 max-pool of stride 2, as its epilogue. `next`: the layer
// after it, moved past what it takes.
Epilogue fused_epilogue(const std::vector<Layer>& layers, std::size_t& next) {
  if (next >= layers.size() || !std::holds_alternative<layers::Relu>(layers[next])) {
    return Epilogue::none;
  }
  ++next;
  const auto* pool = next < layers.size() ? std::get_if<layers::MaxPool2d>(&layers[next]) : nullptr;
  if (pool == nullptr || pool->kernel != 2 || pool->stride != 2) {
    return Epilogue::relu;
  }
  ++next;
  return Epilogue::relu_pool;
}

template <class... Visits>
struct Overloaded : Visits... {
  using Visits::operator()...;
};
template <class... Visits>
Overloaded(Visits...) -> Overloaded<Visits...>;

}  // namespace

FrozenNetwork::FrozenNetwork(const Model& model)
    : picture_{.height = model.network.spec().height,
               .width = model.network.spec().width,
               .channels = model.network.spec().channels} {
  for (std::size_t byte = 0; byte < normalized_.size(); ++byte) {
    const double value = static_cast<double>(byte) / 255;
    normalized_[byte] =
        static_cast<float>((value - model.normalization.mean) / model.normalization.std);
  }
  const std::vector<Layer>& layers = model.network.spec().layers;
  std::span<const Parameter> parameters = model.network.parameters();
  Shape shape{picture_.height, picture_.width, picture_.channels};
  Shape image = shape;  // before it was flattened
  for (std::size_t i = 0; i < layers.size();) {
    std::size_t next = i + 1;
    if (shape.size() == 3) {
      image = shape;
    }
    std::visit(
        Overloaded{[&](const layers::Conv2d& layer) {
                     const Epilogue epilogue = fused_epilogue(layers, next);
                     add_image_step(freeze(layer, shape, values_of(parameters[0]),
                                           values_of(parameters[1]), epilogue));
                     parameters = parameters.subspan(2);
                   },
                   [&](const layers::Linear& layer) {
                     add_linear(layer, linear_.empty() ? image : Shape{1, 1, shape[0]},
                                parameters.first(2));
                     parameters = parameters.subspan(2);
                   },
                   [&](const layers::Relu& layer) {
                     if (linear_.empty()) {
                       add_image_step(freeze(layer, image));  // whatever its elements' order
                     } else {
                       linear_.back().relu = true;
                     }
                   },
                   [&](const layers::MaxPool2d& layer) { add_image_step(freeze(layer, shape)); },
                   [&](const layers::AvgPool2d& layer) { add_image_step(freeze(layer, shape)); },
                   // The first linear layer takes the image as it is.
                   [](const layers::Flatten&) {},
                   // Only training drops anything.
                   [](const layers::Dropout&) {}},
        layers[i]);
    for (; i < next; ++i) {
      shape = std::visit([&](const auto& layer) { return layer.output_shape(shape); }, layers[i]);
    }
  }
  if (linear_.empty()) {
    add_image_step(freeze(layers::Flatten{}, image));
    image = {1, 1, shape[0]};
  }
  features_ = {.height = image[0], .width = image[1], .channels = image[2]};
}

void FrozenNetwork::add_image_step(std::unique_ptr<Step> step) {
  image_buffer_ = std::max(image_buffer_, aligned(step->input().size()));
  step_workspace_ = std::max(step_workspace_, aligned(step->workspace()));
  image_steps_.push_back(std::move(step));
}

void FrozenNetwork::add_linear(const layers::Linear& layer, const Shape& flattened,
                               std::span<const Parameter> parameters) {
  const std::span<const float> weight = values_of(parameters[0]);  // [out, in], in as C, H, W
  const Index pixels = flattened[0] * flattened[1];
  const Index channels = flattened[2];
  const Index in_features = pixels * channels;
  // The image stays as it is, NHWC; its rows of the weight change places instead.
  const auto element = [&](Index row, Index column) {
    const Index feature = row % channels * pixels + row / channels;
    return weight[static_cast<std::size_t>(column * in_features + feature)];
  };
  linear_.push_back({.in_features = in_features,
                     .out_features = layer.out_features,
                     .weights = PackedMatrix(in_features, layer.out_features, element),
                     .bias = padded_bias(values_of(parameters[1])),
                     .relu = false});
  widest_linear_ = std::max(widest_linear_, layer.out_features);
}

Index FrozenNetwork::workspace(Index count) const {
  return 2 * image_buffer_ + step_workspace_ + aligned(count * features_.size()) +
         2 * aligned(count * widest_linear_);
}

void FrozenNetwork::normalize(const std::uint8_t* picture, const Layout& layout, float* to) const {
  const Index row = picture_.row();
  for (Index y = 0; y < picture_.height; ++y) {
    std::transform(picture + y * row, picture + (y + 1) * row,
                   to + layout.origin() + y * layout.row(),
                   [&](std::uint8_t byte) { return normalized_[byte]; });
  }
}

const Layout& FrozenNetwork::layout_after(std::size_t step) const {
  return step + 1 < image_steps_.size() ? image_steps_[step + 1]->input() : features_;
}

// The steps pass the image from one buffer to the other; the last writes to `features`.
void FrozenNetwork::run_image_steps(const std::uint8_t* picture, float* features,
                                    float* workspace) const {
  if (image_steps_.empty()) {
    normalize(picture, features_, features);
    return;
  }
  float* from = workspace;
  float* to = workspace + image_buffer_;
  clear_border(image_steps_.front()->input(), from);
  normalize(picture, image_steps_.front()->input(), from);
  for (std::size_t i = 0; i < image_steps_.size(); ++i) {
    const bool is_last = i + 1 == image_steps_.size();
    const Layout& layout = layout_after(i);
    float* const result = is_last ? features : to;
    clear_border(layout, result);
    image_steps_[i]->run(from, result + layout.origin(), layout.row(),
                         workspace + 2 * image_buffer_);
    std::swap(from, to);
  }
}

void FrozenNetwork::logits(Index count, const std::uint8_t* pictures, float* result,
                           float* workspace) const {
  float* const features = workspace + 2 * image_buffer_ + step_workspace_;
  const Index size = features_.size();
  for (Index i = 0; i < count; ++i) {
    run_image_steps(pictures + i * picture_.size(),
                    linear_.empty() ? result + i * size : features + i * size, workspace);
  }
  const float* x = features;
  float* const buffers[2] = {features + aligned(count * size),
                             features + aligned(count * size) + aligned(count * widest_linear_)};
  for (std::size_t i = 0; i < linear_.size(); ++i) {
    const Linear& layer = linear_[i];
    float* const y = i + 1 == linear_.size() ? result : buffers[i % 2];
    cpu::inference::multiply({.rows = count,
                              .n = layer.out_features,
                              .k = layer.in_features,
                              .a = x,
                              .a_stride = layer.in_features,
                              .b = layer.weights.data(),
                              .bias = layer.bias.data(),
                              .relu = layer.relu,
                              .c = y,
                              .c_stride = layer.out_features});
    x = y;
  }
}

}  // namespace inkling::frozen
