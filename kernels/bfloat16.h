// bfloat16: the upper half of a float32.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/host_device.h"

namespace inkling {

struct bfloat16 {
  std::uint16_t bits = 0;
};

// Rounds to nearest, ties to even; NaN stays NaN.
INKLING_HOST_DEVICE inline bfloat16 to_bfloat16(float value) {
  std::uint32_t bits = 0;
  memcpy(&bits, &value, sizeof(bits));
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
  }
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}

INKLING_HOST_DEVICE inline float to_float(bfloat16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16;
  float result = 0;
  memcpy(&result, &bits, sizeof(result));
  return result;
}
INKLING_HOST_DEVICE inline float to_float(float value) { return value; }

}  // namespace inkling
