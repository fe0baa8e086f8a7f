// Any layer, by its own forward pass.
#include <algorithm>

#include "engine/inference/step.h"

namespace inkling::frozen {
namespace {

class LayerStep final : public Step {
 public:
  LayerStep(const Layer& layer, const Shape& input)
      : layer_(layer), input_{.height = input[0], .width = input[1], .channels = input[2]} {}

  const Layout& input() const override { return input_; }

  void run(const float* x, float* y, Index y_row, float* /*workspace*/,
           Member& member) const override {
    member.for_each(1, [&](Index) { forward(x, y, y_row); });
  }

 private:
  void forward(const float* x, float* y, Index y_row) const {
    const NoGrad no_grad;
    const Shape shape{1, input_.height, input_.width, input_.channels};
    const Variable image(
        Tensor::from_host<float>(shape, {x, static_cast<std::size_t>(input_.size())}, device_));
    const Variable result =
        std::visit([&](const auto& layer) { return layer.forward(image, {}); }, layer_);
    const Tensor& values = result.value();
    const Index rows = values.shape().size() == 4 ? values.dim(1) : 1;
    const Index row = values.size() / rows;
    for (Index i = 0; i < rows; ++i) {
      std::copy_n(values.data<float>() + i * row, row, y + i * y_row);
    }
  }

  Layer layer_;
  Layout input_;
  Device device_ = Device::cpu(1);
};

}  // namespace

std::unique_ptr<Step> freeze(const Layer& layer, const Shape& input) {
  return std::make_unique<LayerStep>(layer, input);
}

}  // namespace inkling::frozen
