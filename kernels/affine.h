// Random affine augmentation: rotation, shear, zoom and shift about the image's center, with
// bilinear interpolation (Simard, Steinkraus, Platt 2003: "Best Practices for Convolutional Neural
// Networks"). The same random numbers on every device.
#pragma once

#include <cmath>

#include "kernels/args/batch.h"
#include "kernels/philox.h"

namespace inkling {

// Taylor series of sine and cosine, within 1e-6 for |angle| ≤ π. CUDA's sinf and cosf reduce angles
// of any size, for which they keep a table in local memory.
INKLING_HOST_DEVICE inline float sine(float angle) {
  float sum = 1;
  for (int k = 16; k >= 2; k -= 2) {
    sum = 1 - angle * angle / static_cast<float>(k * (k + 1)) * sum;
  }
  return angle * sum;
}
INKLING_HOST_DEVICE inline float cosine(float angle) {
  float sum = 1;
  for (int k = 17; k >= 1; k -= 2) {
    sum = 1 - angle * angle / static_cast<float>(k * (k + 1)) * sum;
  }
  return sum;
}

// Where a pixel of the result comes from: source = matrix · (pixel - center) + center + shift.
struct Affine {
  float xx, xy, yx, yy;
  float shift_x, shift_y;
};

// Draws a transform within the limits; index: of the image in its batch.
INKLING_HOST_DEVICE inline Affine draw_affine(const Augmentation& limits, std::uint64_t seed,
                                              std::uint32_t step, std::uint32_t index) {
  const Philox4 first = random4(seed, RandomUse::augmentation, index, step, 0);
  const Philox4 second = random4(seed, RandomUse::augmentation, index, step, 1);
  const auto within = [](double limit, std::uint32_t word) {
    return static_cast<float>(limit) * (2 * uniform01(word) - 1);
  };
  constexpr double kRadians = 3.14159265358979323846 / 180;
  const float angle = within(limits.rotation * kRadians, first.word[0]);
  const float slant = within(limits.shear * kRadians, first.word[1]);
  const float shear = sine(slant) / cosine(slant);
  const float scale = 1 / (1 + within(limits.zoom, first.word[2]));
  const float along = cosine(angle) * scale;
  const float across = sine(angle) * scale;
  return {along,
          along * shear + across,
          -across,
          along - across * shear,
          within(limits.shift, first.word[3]),
          within(limits.shift, second.word[0])};
}

// The image's value at the source of pixel (x, y): bilinear, 0 outside. Bytes, not normalized.
INKLING_HOST_DEVICE inline float sample(const Affine& affine, const std::uint8_t* picture,
                                        Index height, Index width, Index x, Index y) {
  const float center_x = static_cast<float>(width - 1) / 2;
  const float center_y = static_cast<float>(height - 1) / 2;
  const float dx = static_cast<float>(x) - center_x;
  const float dy = static_cast<float>(y) - center_y;
  const float source_x = affine.xx * dx + affine.xy * dy + center_x + affine.shift_x;
  const float source_y = affine.yx * dx + affine.yy * dy + center_y + affine.shift_y;
  const float left = floorf(source_x);
  const float top = floorf(source_y);
  const auto at = [&](float row, float column) {
    const bool inside = row >= 0 && column >= 0 && row < static_cast<float>(height) &&
                        column < static_cast<float>(width);
    return inside ? static_cast<float>(
                        picture[static_cast<Index>(row) * width + static_cast<Index>(column)])
                  : 0.0F;
  };
  const float right_share = source_x - left;
  const float upper = at(top, left) + right_share * (at(top, left + 1) - at(top, left));
  const float lower = at(top + 1, left) + right_share * (at(top + 1, left + 1) - at(top + 1, left));
  return upper + (source_y - top) * (lower - upper);
}

}  // namespace inkling
