#include "engine/inference/saliency.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "engine/io/weights.h"

namespace inkling {
namespace {

constexpr float kFullInk = 255;
constexpr float kFullScale = 127;

}  // namespace

struct Saliency::Impl {
  explicit Impl(std::filesystem::path weights_file) : file(std::move(weights_file)) {}

  const Model& model() {
    const std::lock_guard lock(reading);
    if (!loaded_model) {
      Model loaded = load_model(file, Device::cpu(1));
      // Leaves without a gradient: a graph then writes to nothing that another thread reads.
      for (Parameter& parameter : loaded.network.parameters()) {
        parameter.variable = Variable(parameter.variable.value());
      }
      loaded_model.emplace(std::move(loaded));
    }
    return *loaded_model;
  }

  std::filesystem::path file;
  std::mutex reading;
  std::optional<Model> loaded_model;  // stays as it is once it is there
};

Saliency::Saliency(std::filesystem::path weights_file)
    : impl_(std::make_unique<Impl>(std::move(weights_file))) {}

Saliency::~Saliency() = default;

std::vector<std::int8_t> Saliency::of(std::span<const std::uint8_t> picture,
                                      int class_number) const {
  const Model& model = impl_->model();
  const NetworkSpec& spec = model.network.spec();
  const Index classes = model.network.classes();
  if (std::ssize(picture) != spec.height * spec.width * spec.channels || class_number < 0 ||
      class_number >= classes) {
    throw std::invalid_argument("saliency: expected a picture of " +
                                std::to_string(spec.height * spec.width * spec.channels) +
                                " bytes and a class below " + std::to_string(classes) +
                                ", received " + std::to_string(picture.size()) + " bytes and " +
                                std::to_string(class_number));
  }
  const Device& device = model.network.device();
  std::vector<float> pixels;
  pixels.reserve(picture.size());
  for (const std::uint8_t byte : picture) {
    pixels.push_back(
        static_cast<float>((byte / 255.0 - model.normalization.mean) / model.normalization.std));
  }
  const Variable image(
      Tensor::from_host<float>({1, spec.height, spec.width, spec.channels}, pixels, device),
      /*requires_grad=*/true);
  std::vector<float> direction(static_cast<std::size_t>(classes), -1 / static_cast<float>(classes));
  direction[static_cast<std::size_t>(class_number)] += 1;
  Variable logits = model.network.forward(image);
  logits.backward(Tensor::from_host<float>({1, classes}, direction, device));

  std::vector<float> contributions = image.grad().to_host<float>();
  float largest = 0;
  for (std::size_t i = 0; i < contributions.size(); ++i) {
    contributions[i] *= static_cast<float>(picture[i]) / kFullInk;
    largest = std::max(largest, std::abs(contributions[i]));
  }
  std::vector<std::int8_t> result;
  result.reserve(contributions.size());
  for (const float contribution : contributions) {
    result.push_back(static_cast<std::int8_t>(
        largest > 0 ? std::lround(kFullScale * contribution / largest) : 0));
  }
  return result;
}

}  // namespace inkling
