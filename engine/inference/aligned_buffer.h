// Memory for packed weights and for a call's intermediate results.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace inkling {

// Floats on a boundary of 64 bytes, uninitialized. Large buffers begin on a boundary of 2 MiB and
// ask for huge pages: weights are read once a prediction from beginning to end, and with 4 KiB
// pages looking up addresses takes as long as reading.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // Throws std::bad_alloc.
  explicit AlignedBuffer(std::size_t size) : size_(size) {
    const std::size_t bytes = size * sizeof(float);
    void* memory = nullptr;
    if (posix_memalign(&memory, bytes < kHugePage ? kCacheLine : kHugePage, bytes) != 0) {
      throw std::bad_alloc();
    }
    memory_.reset(static_cast<float*>(memory));
#ifdef MADV_HUGEPAGE
    if (bytes >= kHugePage) {
      // Where the system has none to give, 4 KiB pages do as well, only slower.
      static_cast<void>(madvise(memory, bytes / kHugePage * kHugePage, MADV_HUGEPAGE));
    }
#endif
  }

  float* data() { return memory_.get(); }
  const float* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  static constexpr std::size_t kCacheLine = 64;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;

  std::unique_ptr<float[], Free> memory_;
  std::size_t size_ = 0;
};

}  // namespace inkling
