// float16, as files hold it (bfloat16: kernels/bfloat16.h).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace inkling {

// IEEE 754 binary16 → float32, exact.
inline float float16_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0x1F) {  // infinity or NaN
    return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13));
  }
  if (exponent == 0) {  // zero or subnormal: mantissa × 2^-24
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

// float32 → binary16, rounded to nearest, ties to even; beyond 65504 it becomes infinity.
inline std::uint16_t float_to_float16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) {
    return sign | 0x7E00U;  // NaN
  }
  if (magnitude >= 0x477FF000U) {  // rounds to 65536 or more
    return sign | 0x7C00U;
  }
  if (magnitude < 0x38800000U) {  // below 2^-14: a whole number of 2^-24
    return sign | static_cast<std::uint16_t>(
                      std::nearbyint(std::ldexp(std::bit_cast<float>(magnitude), 24)));
  }
  const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13) & 1U);
  return sign | static_cast<std::uint16_t>((rounded - 0x38000000U) >> 13);
}

}  // namespace inkling
