// The steps that are no convolutions. Networks that are in use have them fused to one.
#include <algorithm>

#include "engine/inference/step.h"

namespace inkling::frozen {
namespace {

Layout plain(const Shape& input) {
  return {.height = input[0], .width = input[1], .channels = input[2]};
}

// combine(first, next) folds a window's numbers; finish(value) makes the result of them.
template <class Combine, class Finish>
class PoolStep final : public Step {
 public:
  PoolStep(const Layout& input, Index kernel, Index stride, Combine combine, Finish finish)
      : input_(input), kernel_(kernel), stride_(stride), combine_(combine), finish_(finish) {}

  const Layout& input() const override { return input_; }
  void run(const float* x, float* y, Index y_row, float* /*workspace*/) const override {
    const Index channels = input_.channels;
    for (Index py = 0; py <= (input_.height - kernel_) / stride_; ++py) {
      for (Index px = 0; px <= (input_.width - kernel_) / stride_; ++px) {
        const float* const first = x + py * stride_ * input_.row() + px * stride_ * channels;
        for (Index c = 0; c < channels; ++c) {
          y[py * y_row + px * channels + c] = window(first + c);
        }
      }
    }
  }

 private:
  float window(const float* first) const {
    float value = *first;
    for (Index i = 1; i < kernel_ * kernel_; ++i) {
      value = combine_(value, first[i / kernel_ * input_.row() + i % kernel_ * input_.channels]);
    }
    return finish_(value);
  }

  Layout input_;
  Index kernel_;
  Index stride_;
  Combine combine_;
  Finish finish_;
};

class ReluStep final : public Step {
 public:
  explicit ReluStep(const Layout& input) : input_(input) {}

  const Layout& input() const override { return input_; }
  void run(const float* x, float* y, Index y_row, float* /*workspace*/) const override {
    for (Index row = 0; row < input_.height; ++row) {
      std::transform(x + row * input_.row(), x + (row + 1) * input_.row(), y + row * y_row,
                     [](float value) { return std::max(value, 0.0F); });
    }
  }

 private:
  Layout input_;
};

// NHWC → C, H, W, as layers::Flatten orders them.
class FlattenStep final : public Step {
 public:
  explicit FlattenStep(const Layout& input) : input_(input) {}

  const Layout& input() const override { return input_; }
  void run(const float* x, float* y, Index /*y_row*/, float* /*workspace*/) const override {
    const Index pixels = input_.height * input_.width;
    for (Index pixel = 0; pixel < pixels; ++pixel) {
      for (Index c = 0; c < input_.channels; ++c) {
        y[c * pixels + pixel] = x[pixel * input_.channels + c];
      }
    }
  }

 private:
  Layout input_;
};

template <class Combine, class Finish>
std::unique_ptr<Step> pool(const Shape& input, Index kernel, Index stride, Combine combine,
                           Finish finish) {
  return std::make_unique<PoolStep<Combine, Finish>>(plain(input), kernel, stride, combine, finish);
}

}  // namespace

std::unique_ptr<Step> freeze(const layers::MaxPool2d& layer, const Shape& input) {
  return pool(
      input, layer.kernel, layer.stride, [](float a, float b) { return std::max(a, b); },
      [](float max) { return max; });
}

std::unique_ptr<Step> freeze(const layers::AvgPool2d& layer, const Shape& input) {
  const auto count = static_cast<float>(layer.kernel * layer.kernel);
  return pool(
      input, layer.kernel, layer.stride, [](float a, float b) { return a + b; },
      [count](float sum) { return sum / count; });
}

std::unique_ptr<Step> freeze(const layers::Relu& /*layer*/, const Shape& input) {
  return std::make_unique<ReluStep>(plain(input));
}

std::unique_ptr<Step> freeze(const layers::Flatten& /*layer*/, const Shape& input) {
  return std::make_unique<FlattenStep>(plain(input));
}

}  // namespace inkling::frozen
