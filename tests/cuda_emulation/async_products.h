// A thread's share of its warpgroup's products that are under way (wgmma).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace inkling::emulation {

// d += a b as kernels/cuda/runtime/wgmma.h describes it; a and b are matrix descriptors.
struct Product {
  float* d;  // columns / 8 × 4, the thread's own
  int columns;
  std::uint64_t a;
  std::uint64_t b;
  bool is_k_major_a;
  bool is_k_major_b;
};

class AsyncProducts {
 public:
  void fence() { fenced_ = true; }
  bool fenced() const { return fenced_; }
  // From now until it is waited for d is poison; the operands are read then, not before.
  void begin(const Product& product);
  void commit();
  // Computes all committed groups but the latest `pending`, from the block's shared memory, as its
  // thread number `thread`.
  void wait(std::size_t pending, const unsigned char* shared, std::size_t shared_bytes,
            std::size_t thread);
  bool idle() const { return open_.empty() && groups_.empty(); }

 private:
  using Group = std::vector<Product>;

  Group open_;
  std::deque<Group> groups_;
  std::map<float*, std::vector<float>> sums_;  // of accumulators that are poison
  bool fenced_ = false;
};

}  // namespace inkling::emulation
