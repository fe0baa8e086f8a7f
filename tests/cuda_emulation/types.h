// CUDA's vector types, as far as the kernels use them.
#pragma once

// NOLINTBEGIN(readability-identifier-naming): CUDA's own names.
struct uint3 {
  unsigned x = 0;
  unsigned y = 0;
  unsigned z = 0;
};

struct dim3 {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;

  constexpr dim3() = default;
  constexpr explicit dim3(unsigned in_x, unsigned in_y = 1, unsigned in_z = 1)
      : x(in_x), y(in_y), z(in_z) {}
};

struct alignas(16) float4 {
  float x;
  float y;
  float z;
  float w;
};
// NOLINTEND(readability-identifier-naming)
