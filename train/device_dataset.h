// A data set in a device's memory, as bytes, and batches gathered from it.
#pragma once

#include <span>

#include "data/dataset.h"
#include "engine/autograd.h"
#include "engine/weights.h"

namespace inkling {

struct Batch {
  Tensor images;  // float32 [batch, height, width, 1], normalised
  Tensor labels;  // uint8 [batch]
};

class DeviceDataset {
 public:
  DeviceDataset(const Dataset& dataset, const Normalization& normalization, const Device& device);

  Batch gather(std::span<const std::int32_t> rows) const;
  Index size() const { return labels_.size(); }

 private:
  Index height_;
  Index width_;
  Normalization normalization_;
  Tensor images_;
  Tensor labels_;
};

}  // namespace inkling
