// Working memory of a chunk, kept by its thread from one call to the next.
#pragma once

#include <vector>

#include "kernels/arguments.h"

namespace inkling::cpu {

// At least `size` elements, uninitialized, until the next call with the same T and Slot on this
// thread. A chunk that needs several buffers at once names them by Slot.
template <class T, int Slot = 0>
T* scratch(Index size) {
  thread_local std::vector<T> buffer;
  if (static_cast<Index>(buffer.size()) < size) {
    buffer.resize(static_cast<std::size_t>(size));
  }
  return buffer.data();
}

}  // namespace inkling::cpu
