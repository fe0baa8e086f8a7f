// The extents of a matrix product, in the 32 bits that device code computes indices with.
#pragma once

#include <limits>
#include <string>

#include "kernels/error.h"
#include "kernels/types.h"

namespace inkling::cuda {

// C [m, n] = A [m, k] B [k, n].
struct GemmSize {
  int m = 0;
  int n = 0;
  int k = 0;
};

// Throws TooLarge for extents whose indices, rounded up to a tile, exceed 32 bits.
inline GemmSize gemm_size(const char* op, Index m, Index n, Index k) {
  constexpr Index kMaxExtent = std::numeric_limits<std::int32_t>::max() - 4096;
  if (m > kMaxExtent || n > kMaxExtent || k > kMaxExtent) {
    throw TooLarge(std::string(op) + ": expected fewer than 2^31 rows, columns and terms, " +
                   "received " + std::to_string(m) + ", " + std::to_string(n) + " and " +
                   std::to_string(k));
  }
  return {static_cast<int>(m), static_cast<int>(n), static_cast<int>(k)};
}

// Throws TooLarge for more tiles than a grid has blocks.
inline void check_tiles(Index tiles) {
  if (tiles > std::numeric_limits<std::int32_t>::max()) {
    throw TooLarge("gemm: expected fewer than 2^31 tiles, received " + std::to_string(tiles));
  }
}

}  // namespace inkling::cuda
