// Memory for packed weights and for a call's intermediate results.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include <sys/mman.h>

#include "kernels/types.h"

namespace inkling {

// `size` numbers on a boundary of 64 bytes, uninitialized. Large buffers begin on a boundary of 2
// MiB and ask for huge pages: weights are read once a prediction from beginning to end, and with 4
// KiB pages looking up addresses takes as long as reading.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // Throws std::bad_alloc.
  explicit AlignedBuffer(Index size) : memory_(allocate(size)), size_(size) {}

  // At least `size` numbers; those before are lost when they were fewer.
  void reserve(Index size) {
    if (size_ < size) {
      memory_.reset();  // before the larger one, so that both are never held
      size_ = 0;
      memory_.reset(allocate(size));
      size_ = size;
    }
  }

  T* data() { return memory_.get(); }
  const T* data() const { return memory_.get(); }
  Index size() const { return size_; }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  static T* allocate(Index size) {
    const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
    void* memory = nullptr;
    if (posix_memalign(&memory, bytes < kHugePage ? kCacheLine : kHugePage, bytes) != 0) {
      throw std::bad_alloc();
    }
#ifdef MADV_HUGEPAGE
    if (bytes >= kHugePage) {
      // Where the system has none to give, 4 KiB pages do as well, only slower.
      static_cast<void>(madvise(memory, bytes / kHugePage * kHugePage, MADV_HUGEPAGE));
    }
#endif
    return static_cast<T*>(memory);
  }

  static constexpr std::size_t kCacheLine = 64;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;

  std::unique_ptr<T[], Free> memory_;
  Index size_ = 0;
};

}  // namespace inkling
