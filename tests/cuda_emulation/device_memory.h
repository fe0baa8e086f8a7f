// The emulated device's memory.
#pragma once

#include <cstddef>

namespace inkling::emulation {

// Null when the device has no more. Of the exact size, aligned to 256 bytes, filled with poison.
void* take_memory(std::size_t bytes);
// Whether there was such memory.
bool give_memory_back(void* memory_taken);
// Whether the bytes lie within one allocation.
bool is_device_memory(const void* start, std::size_t bytes);
// Whether any of them touches one.
bool touches_device_memory(const void* start, std::size_t bytes);
std::size_t memory_in_use();

// Only while one lives may the program touch device memory; AddressSanitizer enforces it.
class DeviceAtWork {
 public:
  DeviceAtWork();
  ~DeviceAtWork();
  DeviceAtWork(const DeviceAtWork&) = delete;
  DeviceAtWork& operator=(const DeviceAtWork&) = delete;
};

}  // namespace inkling::emulation
