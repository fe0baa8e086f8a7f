// What this machine could do at most: the roofline.
#pragma once

#include <cstdint>

namespace inkling::bench {

enum class Unit : std::uint8_t { float32, bf16, int16, int8 };

// Multiply-adds a second of one thread that touches nothing but registers, with the instructions of
// this processor's level (INKLING_ISA); 0 where the level has none, or no loop of ours. Measured at
// the first call, for a fifth of a second.
double peak_multiply_adds(Unit unit);

}  // namespace inkling::bench
