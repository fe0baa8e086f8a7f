// Scratch memory of a chunk, kept by its thread between calls.
#pragma once

#include <vector>

#include "kernels/types.h"

namespace inkling::cpu {

// At least `size` elements, uninitialized, at the beginning of a cache line, valid until the next
// call with the same T and Slot on this thread. Buffers used at once have different Slots.
template <class T, int Slot = 0>
T* scratch(Index size) {
  struct alignas(64) Line {
    T elements[64 / sizeof(T)];
  };
  thread_local std::vector<Line> buffer;
  const std::size_t lines = (static_cast<std::size_t>(size) * sizeof(T) + 63) / 64;
  if (buffer.size() < lines) {
    buffer.resize(lines);
  }
  return buffer.data()->elements;
}

}  // namespace inkling::cpu
