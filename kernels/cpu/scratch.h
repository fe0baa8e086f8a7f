// Scratch memory of a chunk, kept by its thread between calls.
#pragma once

#include <vector>

#include "kernels/types.h"

namespace inkling::cpu {

// At least `size` elements, uninitialized, valid until the next call with the same T and Slot on
// this thread. Buffers used at once have different Slots.
template <class T, int Slot = 0>
T* scratch(Index size) {
  thread_local std::vector<T> buffer;
  if (static_cast<Index>(buffer.size()) < size) {
    buffer.resize(static_cast<std::size_t>(size));
  }
  return buffer.data();
}

}  // namespace inkling::cpu
