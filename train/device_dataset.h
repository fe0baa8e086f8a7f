// A data set in a device's memory, as bytes, and batches gathered from it.
#pragma once

#include <span>
#include <vector>

#include "data/dataset.h"
#include "engine/autograd.h"
#include "engine/io/weights.h"
#include "kernels/args/batch.h"

namespace inkling {

struct Batch {
  Tensor images;  // [batch, height, width, 1], normalized
  Tensor labels;  // uint8 [batch]
};

class DeviceDataset {
 public:
  // Batches are float32, or bfloat16 on a GPU.
  DeviceDataset(const Dataset& dataset, const Normalization& normalization, const Device& device,
                Dtype dtype = Dtype::float32);

  // Rows that are there; on the host, or on the device (int32 [batch]).
  Batch gather(std::span<const std::int32_t> rows) const;
  Batch gather(const Tensor& rows) const;
  // With random affine augmentation, keyed by (seed, step, index in the batch); step: int32 [1], on
  // the device.
  Batch augment(const Tensor& rows, const Augmentation& limits, std::uint64_t seed,
                const Tensor& step) const;
  Index size() const { return labels_.size(); }
  // Of rows that are there. Waits for the device.
  std::vector<std::uint8_t> labels(std::span<const std::int32_t> rows) const;

 private:
  Batch batch_of(Index size) const;
  template <class T>
  GatherBatch<T> arguments(const Tensor& rows, Batch& batch) const;

  Dtype dtype_;
  Index height_;
  Index width_;
  Normalization normalization_;
  Tensor images_;
  Tensor labels_;
};

}  // namespace inkling
