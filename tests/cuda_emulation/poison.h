// What memory holds before anyone wrote to it: NaN in every floating-point format, -1 as an
// integer.
#pragma once

#include <cstddef>
#include <cstring>

namespace inkling::emulation {

inline void poison(void* memory, std::size_t bytes) { std::memset(memory, 0xFF, bytes); }

}  // namespace inkling::emulation
