#include "engine/inference/inference_plan.h"

#include <numeric>

#include "engine/io/weights.h"
#include "engine/ops/loss.h"
#include "kernels/kernels.h"

namespace inkling {

struct InferencePlan::Impl {
  Device device;
  Model model;

  Index pixels() const {
    const NetworkSpec& spec = model.network.spec();
    return spec.height * spec.width * spec.channels;
  }

  Tensor logits(std::span<const std::uint8_t> pictures) const {
    if (pictures.empty() || static_cast<Index>(pictures.size()) % pixels() != 0) {
      throw std::invalid_argument("inference: expected pictures of " + std::to_string(pixels()) +
                                  " bytes each, received " + std::to_string(pictures.size()) +
                                  " bytes");
    }
    const NetworkSpec& spec = model.network.spec();
    const Index batch = static_cast<Index>(pictures.size()) / pixels();
    std::vector<std::int32_t> rows(static_cast<std::size_t>(batch));
    std::iota(rows.begin(), rows.end(), 0);
    Tensor images({batch, spec.height, spec.width, spec.channels}, Dtype::float32, device);
    cpu::gather_batch<float>(device.stream(), {.batch = batch,
                                               .pixels = pixels(),
                                               .mean = model.normalization.mean,
                                               .std = model.normalization.std,
                                               .images = pictures.data(),
                                               .labels = nullptr,
                                               .indices = rows.data(),
                                               .y = images.data<float>(),
                                               .batch_labels = nullptr});
    const NoGrad no_grad;
    return model.network.forward(Variable(images)).value();
  }
};

InferencePlan::InferencePlan(const std::filesystem::path& weights_file, int threads) {
  const Device device = Device::cpu(threads);
  impl_ = std::make_unique<Impl>(Impl{device, load_model(weights_file, device)});
}

InferencePlan::~InferencePlan() = default;

std::vector<float> InferencePlan::logits(std::span<const std::uint8_t> pictures) const {
  return impl_->logits(pictures).to_host<float>();
}

std::vector<float> InferencePlan::probabilities(std::span<const std::uint8_t> pictures) const {
  return softmax(impl_->logits(pictures)).to_host<float>();
}

const std::string& InferencePlan::model_name() const { return impl_->model.network.spec().name; }
int InferencePlan::height() const { return static_cast<int>(impl_->model.network.spec().height); }
int InferencePlan::width() const { return static_cast<int>(impl_->model.network.spec().width); }
int InferencePlan::classes() const { return static_cast<int>(impl_->model.network.classes()); }
std::int64_t InferencePlan::parameter_count() const {
  return impl_->model.network.parameter_count();
}

}  // namespace inkling
