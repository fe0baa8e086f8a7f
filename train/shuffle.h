// Which images go where, as pure functions of a seed.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/philox.h"

namespace inkling {

// 0 … count - 1 in random order (Fisher & Yates 1938, Durstenfeld 1964), the same for the same
// arguments everywhere.
std::vector<std::int32_t> permutation(std::int64_t count, std::uint64_t seed, RandomUse use,
                                      std::uint32_t stream);

struct Split {
  std::vector<std::int32_t> training;
  std::vector<std::int32_t> validation;
};

// Holds `validation` of `count` images out. The choice is fixed, so that runs of different seeds
// can be compared. Throws std::invalid_argument unless 0 ≤ validation < count.
Split split_validation(std::int64_t count, std::int64_t validation);

}  // namespace inkling
