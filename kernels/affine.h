// Random affine transforms about an image's center: aspect, then shear, rotation, zoom and shift.
// The same random numbers on every device.
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
  const float wider = within(limits.aspect, second.word[1]);
  const float aspect = wider < 0 ? 1 / (1 - wider) : 1 + wider;  // as often wider as narrower
  const float x_scale = scale / sqrtf(aspect);
  const float y_scale = scale * sqrtf(aspect);
  return {cosine(angle) * x_scale,
          (cosine(angle) * shear + sine(angle)) * x_scale,
          -sine(angle) * y_scale,
          (cosine(angle) - sine(angle) * shear) * y_scale,
          within(limits.shift, first.word[3]),
          within(limits.shift, second.word[0])};
}

struct ImagePoint {
  float x;
  float y;
};

INKLING_HOST_DEVICE inline ImagePoint source_of(const Affine& affine, Index height, Index width,
                                                ImagePoint pixel) {
  const float center_x = static_cast<float>(width - 1) / 2;
  const float center_y = static_cast<float>(height - 1) / 2;
  const float dx = pixel.x - center_x;
  const float dy = pixel.y - center_y;
  return {affine.xx * dx + affine.xy * dy + center_x + affine.shift_x,
          affine.yx * dx + affine.yy * dy + center_y + affine.shift_y};
}

}  // namespace inkling
