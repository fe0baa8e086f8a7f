#include "tests/cuda_emulation/device_memory.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>

#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/poison.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) \
  (static_cast<void>(memory), static_cast<void>(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) \
  (static_cast<void>(memory), static_cast<void>(bytes))
#endif

namespace inkling::emulation {
namespace {

constexpr std::size_t kAlignment = 256;

struct Memory {
  std::map<const std::byte*, std::size_t, std::less<>> allocations;  // first byte → size
  std::size_t in_use = 0;
  int at_work = 0;
};

Memory& memory() {
  static Memory the_memory;
  return the_memory;
}

}  // namespace

void* take_memory(std::size_t bytes) {
  Memory& m = memory();
  void* result = nullptr;
  if (bytes > device_settings().memory_bytes - std::min(m.in_use, device_settings().memory_bytes) ||
      posix_memalign(&result, kAlignment, bytes) != 0) {
    return nullptr;
  }
  poison(result, bytes);
  m.allocations[static_cast<std::byte*>(result)] = bytes;
  m.in_use += bytes;
  if (m.at_work == 0) {
    ASAN_POISON_MEMORY_REGION(result, bytes);
  }
  return result;
}

bool give_memory_back(void* memory_taken) {
  Memory& m = memory();
  const auto found = m.allocations.find(static_cast<std::byte*>(memory_taken));
  if (found == m.allocations.end()) {
    return false;
  }
  ASAN_UNPOISON_MEMORY_REGION(memory_taken, found->second);
  m.in_use -= found->second;
  m.allocations.erase(found);
  std::free(memory_taken);
  return true;
}

bool is_device_memory(const void* start, std::size_t bytes) {
  const auto* const first = static_cast<const std::byte*>(start);
  const auto after = memory().allocations.upper_bound(first);
  if (after == memory().allocations.begin()) {
    return false;
  }
  const auto& [allocation, size] = *std::prev(after);
  return first + bytes <= allocation + size;
}

bool touches_device_memory(const void* start, std::size_t bytes) {
  const auto* const first = static_cast<const std::byte*>(start);
  const auto next = memory().allocations.lower_bound(first);
  const bool next_is_touched = next != memory().allocations.end() && next->first < first + bytes;
  return next_is_touched || is_device_memory(start, 1);
}

std::size_t memory_in_use() { return memory().in_use; }

DeviceAtWork::DeviceAtWork() {
  if (memory().at_work++ == 0) {
    for (const auto& [start, size] : memory().allocations) {
      ASAN_UNPOISON_MEMORY_REGION(start, size);
    }
  }
}

DeviceAtWork::~DeviceAtWork() {
  if (--memory().at_work == 0) {
    for (const auto& [start, size] : memory().allocations) {
      ASAN_POISON_MEMORY_REGION(start, size);
    }
  }
}

}  // namespace inkling::emulation
