#include "train/device_dataset.h"

#include "kernels/kernels.h"

namespace inkling {

DeviceDataset::DeviceDataset(const Dataset& dataset, const Normalization& normalization,
                             const Device& device)
    : height_(dataset.height),
      width_(dataset.width),
      normalization_(normalization),
      images_(Tensor::from_host<std::uint8_t>({dataset.size(), dataset.pixels()}, dataset.images,
                                              device)),
      labels_(Tensor::from_host<std::uint8_t>({dataset.size()}, dataset.labels, device)) {}

Batch DeviceDataset::gather(std::span<const std::int32_t> rows) const {
  const Device& device = images_.device();
  const auto batch = static_cast<Index>(rows.size());
  const Tensor indices = Tensor::from_host<std::int32_t>({batch}, rows, device);
  Batch result{Tensor({batch, height_, width_, 1}, Dtype::float32, device),
               Tensor({batch}, Dtype::uint8, device)};
  pick(device.type(), cpu::gather_batch<float>, cuda::gather_batch<float>)(
      device.stream(), {.batch = batch,
                        .pixels = height_ * width_,
                        .mean = normalization_.mean,
                        .deviation = normalization_.deviation,
                        .images = images_.data<std::uint8_t>(),
                        .labels = labels_.data<std::uint8_t>(),
                        .indices = indices.data<std::int32_t>(),
                        .y = result.images.data<float>(),
                        .batch_labels = result.labels.data<std::uint8_t>()});
  return result;
}

}  // namespace inkling
