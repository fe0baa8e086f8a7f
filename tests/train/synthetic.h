// A data set that a small network can learn, made without any file.
#pragma once

#include "data/dataset.h"
#include "kernels/philox.h"
#include "train/train_options.h"

namespace inkling {

// Pictures of noise, 8×8, with a bright block whose place is the label: 0 to 3.
inline Dataset synthetic_dataset(std::int64_t count) {
  Dataset data{.height = 8, .width = 8, .images = {}, .labels = {}};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::uint8_t>(i % 4);
    for (int pixel = 0; pixel < 64; ++pixel) {
      const Philox4 random = random4(11, RandomUse::test, static_cast<std::uint32_t>(i), 2,
                                     static_cast<std::uint32_t>(pixel));
      const bool in_block = pixel / 32 == label / 2 && pixel % 8 / 4 == label % 2;
      data.images.push_back(static_cast<std::uint8_t>((in_block ? 120 : 0) + random.word[0] % 130));
    }
    data.labels.push_back(label);
  }
  return data;
}

inline TrainOptions small_options() {
  TrainOptions options;
  options.network = {.name = "Small",
                     .height = 8,
                     .width = 8,
                     .channels = 1,
                     .layers = {layers::Conv2d{"conv1", 6, 3, {.padding = 1}}, layers::Relu{},
                                layers::MaxPool2d{}, layers::Flatten{}, layers::Linear{"fc1", 16},
                                layers::Relu{}, layers::Dropout{0.3}, layers::Linear{"fc2", 4}}};
  options.epochs = 3;
  options.batch_size = 16;
  options.validation = 20;
  options.learning_rate = 0.01;
  return options;
}

inline std::vector<std::vector<float>> weights_of(const Network& network) {
  std::vector<std::vector<float>> weights;
  for (const Parameter& parameter : network.parameters()) {
    weights.push_back(parameter.to_file());
  }
  return weights;
}

}  // namespace inkling
