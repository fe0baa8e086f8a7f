// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random
// Numbers: As Easy as 1, 2, 3", SC 2011). A number is a pure function of a key and a counter, so
// that every thread and device draws the same ones.
#pragma once

#include <cstdint>

#include "kernels/host_device.h"

namespace inkling {

struct Philox4 {
  std::uint32_t word[4];

  // Word i % 4, of an i that the compiler does not know: a register cannot be indexed, and an array
  // would lie in local memory.
  INKLING_HOST_DEVICE std::uint32_t any(std::uint32_t i) const {
    const std::uint32_t even = (i & 2) == 0 ? word[0] : word[2];
    const std::uint32_t odd = (i & 2) == 0 ? word[1] : word[3];
    return (i & 1) == 0 ? even : odd;
  }
};

// key: the seed. counter: what the number is for; no two uses may share one.
INKLING_HOST_DEVICE inline Philox4 philox4x32(std::uint64_t key, const Philox4& counter) {
  std::uint32_t key0 = static_cast<std::uint32_t>(key);
  std::uint32_t key1 = static_cast<std::uint32_t>(key >> 32);
  Philox4 c = counter;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c.word[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * c.word[2];
    c = {{static_cast<std::uint32_t>(product1 >> 32) ^ c.word[1] ^ key0,
          static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ c.word[3] ^ key1,
          static_cast<std::uint32_t>(product0)}};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return c;
}

// Uniform in [0, 1), of 24 bits: exact in float32.
INKLING_HOST_DEVICE inline float uniform01(std::uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1.0p-24F;
}

// What a stream of random numbers is for; it is word 3 of the counter.
enum class RandomUse : std::uint32_t {
  initialization = 1,
  shuffle = 2,
  dropout = 3,
  split = 4,
  test = 5,
  augmentation = 6,
  non_digit = 7,
  european_digit = 8
};

// Number `element` of the stream (use, a, b).
INKLING_HOST_DEVICE inline Philox4 random4(std::uint64_t seed, RandomUse use, std::uint32_t a,
                                           std::uint32_t b, std::uint32_t element) {
  return philox4x32(seed, {{element, a, b, static_cast<std::uint32_t>(use)}});
}

}  // namespace inkling
