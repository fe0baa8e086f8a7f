// Scanning rows of pixels of which most are paper: by blocks, in loops that compilers turn into
// vectors.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace inkling {

inline constexpr int kScanBlock = 32;

// The first x of `begin` … `end` - 1 whose value in the row holds; `end` where there is none.
template <class T, class Predicate>
int find_in_row(const T* row, int begin, int end, const Predicate& holds) {
  if (begin < end && holds(row[begin])) {
    return begin;  // no block has to be looked at for the next pixel of a stroke
  }
  for (; begin + kScanBlock <= end; begin += kScanBlock) {
    int count = 0;  // without a branch for each
    for (int i = 0; i < kScanBlock; ++i) {
      count += holds(row[begin + i]) ? 1 : 0;
    }
    if (count != 0) {
      break;
    }
  }
  while (begin < end && !holds(row[begin])) {
    ++begin;
  }
  return begin;
}

// The greatest of the values, of which there is one at least and none is NaN.
inline float greatest(const float* values, std::size_t count) {
  std::array<float, kScanBlock> most;
  most.fill(values[0]);
  std::size_t i = 0;
  for (; i + kScanBlock <= count; i += kScanBlock) {
    for (std::size_t lane = 0; lane < kScanBlock; ++lane) {
      const float value = values[i + lane];
      most[lane] = most[lane] < value ? value : most[lane];
    }
  }
  for (; i < count; ++i) {
    most[0] = std::max(most[0], values[i]);
  }
  return *std::max_element(most.begin(), most.end());
}

}  // namespace inkling
