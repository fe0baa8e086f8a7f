#include "engine/inference/frozen_network.h"

#include <algorithm>
#include <stdexcept>
#include <string>

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

template <class... Visits>
struct Overloaded : Visits... {
  using Visits::operator()...;
};
template <class... Visits>
Overloaded(Visits...) -> Overloaded<Visits...>;

}  // namespace

FrozenNetwork::FrozenNetwork(const Model& model, InferencePrecision precision)
    : picture_{.height = model.network.spec().height,
               .width = model.network.spec().width,
               .channels = model.network.spec().channels} {
  for (std::size_t byte = 0; byte < normalized_.size(); ++byte) {
    const double value = static_cast<double>(byte) / 255;
    normalized_[byte] =
        static_cast<float>((value - model.normalization.mean) / model.normalization.std);
  }
  const bool low_precision = precision == InferencePrecision::fast;
  Shape image{picture_.height, picture_.width, picture_.channels};  // the last, before flatten
  bool is_negative = true;  // some number of a step's input may be
  for (const Network::Step& step : model.network.steps()) {
    const auto parameters =
        std::span(model.network.parameters()).subspan(step.first_parameter, step.parameter_count);
    if (step.input.size() == 3) {
      image = step.input;
    }
    std::visit(
        Overloaded{[&](const layers::Conv2d& layer) {
                     add_image_step(freeze(layer, image, values_of(parameters[0]),
                                           values_of(parameters[1]), step.epilogue, low_precision));
                     is_negative = step.epilogue == Epilogue::none;
                   },
                   [&](const layers::Linear& layer) {
                     add_linear(layer, linear_.empty() ? image : Shape{1, 1, step.input[0]},
                                parameters, low_precision && !is_negative);
                     is_negative = true;
                   },
                   [&](const layers::Relu& layer) {
                     if (linear_.empty()) {
                       add_image_step(freeze(layer, image));  // whatever its elements' order
                     } else {
                       linear_.back().relu = true;
                     }
                     is_negative = false;
                   },
                   // The first linear layer takes the image as it is.
                   [](const layers::Flatten&) {},
                   // Only training drops anything.
                   [](const layers::Dropout&) {},
                   // Pools, too: networks that are in use have them fused to a convolution.
                   [&](const auto& layer) {
                     if (!linear_.empty()) {
                       throw std::invalid_argument(
                           std::string("expected linear, relu and dropout alone after a "
                                       "linear layer, received ") +
                           layer.kType);
                     }
                     add_image_step(freeze(layer, image));
                     is_negative = true;
                   }},
        step.layer);
  }
  if (linear_.empty()) {
    add_image_step(freeze(layers::Flatten{}, image));
    image = {1, 1, model.network.classes()};
  }
  features_ = {.height = image[0], .width = image[1], .channels = image[2]};
}

void FrozenNetwork::add_image_step(std::unique_ptr<Step> step) {
  image_buffer_ = std::max(image_buffer_, aligned(step->input().size()));
  image_steps_.push_back(std::move(step));
}

void FrozenNetwork::add_linear(const layers::Linear& layer, const Shape& flattened,
                               std::span<const Parameter> parameters, bool low_precision) {
  // The image stays as it is, NHWC; its rows of the weight, C, H, W, change places instead.
  const Index pixels = flattened[0] * flattened[1];
  std::vector<Index> order;
  for (Index pixel = 0; pixel < pixels; ++pixel) {
    for (Index channel = 0; channel < flattened[2]; ++channel) {
      order.push_back(channel * pixels + pixel);
    }
  }
  linear_.push_back({.out_features = layer.out_features,
                     .step = freeze({.out_features = layer.out_features,
                                     .weight = values_of(parameters[0]),
                                     .bias = values_of(parameters[1]),
                                     .order = order},
                                    low_precision),
                     .relu = false});
  widest_linear_ = std::max(widest_linear_, layer.out_features);
}

Index FrozenNetwork::workspace(Index count, Index threads) const {
  Index for_step = 0;
  for (const auto& step : image_steps_) {
    for_step = std::max(for_step, step->workspace(threads));
  }
  for (const Linear& layer : linear_) {
    for_step = std::max(for_step, layer.step->workspace(count));
  }
  return 2 * image_buffer_ + aligned(count * features_.size()) +
         2 * aligned(count * widest_linear_) + for_step;
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
void FrozenNetwork::run_image_steps(const std::uint8_t* picture, float* features, float* workspace,
                                    Member& member) const {
  if (image_steps_.empty()) {
    member.for_each(1, [&](Index) { normalize(picture, features_, features); });
    return;
  }
  float* from = workspace;
  float* to = workspace + image_buffer_;
  member.for_each(1, [&](Index) {
    clear_border(image_steps_.front()->input(), from);
    normalize(picture, image_steps_.front()->input(), from);
  });
  for (std::size_t i = 0; i < image_steps_.size(); ++i) {
    const bool is_last = i + 1 == image_steps_.size();
    const Layout& layout = layout_after(i);
    float* const result = is_last ? features : to;
    member.for_each(1, [&](Index) { clear_border(layout, result); });
    image_steps_[i]->run(from, result + layout.origin(), layout.row(),
                         workspace + 2 * image_buffer_, member);
    std::swap(from, to);
  }
}

void FrozenNetwork::logits(Index count, const std::uint8_t* pictures, float* result,
                           float* workspace, Member& member) const {
  const Index size = features_.size();
  const Index buffer = aligned(count * widest_linear_);
  float* const features = workspace;
  float* const buffers = features + aligned(count * size);
  float* const for_step = buffers + 2 * buffer;
  for (Index i = 0; i < count; ++i) {
    run_image_steps(pictures + i * picture_.size(),
                    linear_.empty() ? result + i * size : features + i * size, for_step, member);
  }
  const float* x = features;
  for (std::size_t i = 0; i < linear_.size(); ++i) {
    float* const y =
        i + 1 == linear_.size() ? result : buffers + static_cast<Index>(i % 2) * buffer;
    linear_[i].step->run(count, x, linear_[i].relu, y, for_step, member);
    x = y;
  }
}

}  // namespace inkling::frozen
