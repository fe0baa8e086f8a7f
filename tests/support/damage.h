// Files that rot: for tests that a reader refuses them and does nothing worse.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/philox.h"

namespace inkling {

// The bytes with one to four of them changed, elsewhere and otherwise each round. Every other round
// stays within the first `header` bytes, which a large file would else seldom be hit in.
inline std::vector<std::byte> damaged(std::vector<std::byte> bytes, std::uint32_t round,
                                      std::size_t header) {
  const std::size_t reach = round % 2 == 0 ? bytes.size() : std::min(header, bytes.size());
  for (std::uint32_t change = 0; change <= round / 2 % 4; ++change) {
    const Philox4 random = random4(3, RandomUse::test, round, change, 0);
    bytes[random.word[0] % reach] = static_cast<std::byte>(random.word[1]);
  }
  return bytes;
}

}  // namespace inkling
