#include "train/device_dataset.h"

#include "kernels/kernels.h"

namespace inkling {

DeviceDataset::DeviceDataset(const Dataset& dataset, const Normalization& normalization,
                             const Device& device, Dtype dtype)
    : dtype_(dtype),
      height_(dataset.height),
      width_(dataset.width),
      normalization_(normalization),
      images_(Tensor::from_host<std::uint8_t>({dataset.size(), dataset.pixels()}, dataset.images,
                                              device)),
      labels_(Tensor::from_host<std::uint8_t>({dataset.size()}, dataset.labels, device)) {}

Batch DeviceDataset::batch_of(Index size) const {
  const Device& device = images_.device();
  return {Tensor({size, height_, width_, 1}, dtype_, device), Tensor({size}, Dtype::uint8, device)};
}

template <class T>
GatherBatch<T> DeviceDataset::arguments(const Tensor& rows, Batch& batch) const {
  return {.batch = rows.size(),
          .pixels = height_ * width_,
          .mean = normalization_.mean,
          .std = normalization_.std,
          .images = images_.data<std::uint8_t>(),
          .labels = labels_.data<std::uint8_t>(),
          .indices = rows.data<std::int32_t>(),
          .y = batch.images.data<T>(),
          .batch_labels = batch.labels.data<std::uint8_t>()};
}

Batch DeviceDataset::gather(std::span<const std::int32_t> rows) const {
  return gather(Tensor::from_host<std::int32_t>({std::ssize(rows)}, rows, images_.device()));
}

std::vector<std::uint8_t> DeviceDataset::labels(std::span<const std::int32_t> rows) const {
  const std::vector<std::uint8_t> all = labels_.to_host<std::uint8_t>();
  std::vector<std::uint8_t> result;
  result.reserve(rows.size());
  for (const std::int32_t row : rows) {
    result.push_back(all[static_cast<std::size_t>(row)]);
  }
  return result;
}

Batch DeviceDataset::gather(const Tensor& rows) const {
  const Device& device = images_.device();
  Batch batch = batch_of(rows.size());
  dispatch(dtype_, [&]<class T>() {
    pick(device.type(), cpu::gather_batch<T>, cuda::gather_batch<T>)(device.stream(),
                                                                     arguments<T>(rows, batch));
  });
  return batch;
}

Batch DeviceDataset::augment(const Tensor& rows, const Augmentation& limits, std::uint64_t seed,
                             const Tensor& step) const {
  const Device& device = images_.device();
  Batch batch = batch_of(rows.size());
  dispatch(dtype_, [&]<class T>() {
    pick(device.type(), cpu::augment_batch<T>, cuda::augment_batch<T>)(
        device.stream(), {.gather = arguments<T>(rows, batch),
                          .height = height_,
                          .width = width_,
                          .limits = limits,
                          .seed = seed,
                          .step = step.data<std::int32_t>()});
  });
  return batch;
}

}  // namespace inkling
