// An array of plain structs in a device's memory: what a Tensor is for numbers.
#pragma once

#include <span>
#include <stdexcept>
#include <type_traits>

#include "engine/tensor.h"
#include "kernels/kernels.h"

namespace inkling {

// Copies share their memory. Thread-safe for reading.
template <class T>
class DeviceArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  DeviceArray() = default;                        // no array: defined() is false
  DeviceArray(Index size, const Device& device);  // uninitialized
  static DeviceArray from_host(std::span<const T> values, const Device& device);

  bool defined() const { return bytes_.defined(); }
  Index size() const { return bytes_.size() / static_cast<Index>(sizeof(T)); }

  // The elements, in the device's memory.
  T* data() { return reinterpret_cast<T*>(bytes_.data<std::uint8_t>()); }
  const T* data() const { return reinterpret_cast<const T*>(bytes_.data<std::uint8_t>()); }

  // Throws std::invalid_argument when the count differs.
  void copy_from_host(std::span<const T> values);

 private:
  Tensor bytes_;  // aligned to 64 bytes, as all memory of a device is
};

template <class T>
DeviceArray<T>::DeviceArray(Index size, const Device& device)
    : bytes_({size * static_cast<Index>(sizeof(T))}, Dtype::uint8, device) {}

template <class T>
DeviceArray<T> DeviceArray<T>::from_host(std::span<const T> values, const Device& device) {
  DeviceArray array(std::ssize(values), device);
  array.copy_from_host(values);
  return array;
}

template <class T>
void DeviceArray<T>::copy_from_host(std::span<const T> values) {
  if (std::ssize(values) != size()) {
    throw std::invalid_argument("device array: expected " + std::to_string(size()) +
                                " elements, received " + std::to_string(values.size()));
  }
  const Device& device = bytes_.device();
  pick(device.type(), cpu::copy_from_host, cuda::copy_from_host)(device.stream(), values.data(),
                                                                 data(), values.size_bytes());
}

}  // namespace inkling
