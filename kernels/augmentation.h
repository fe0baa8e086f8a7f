// Random augmentation of a training image (Simard, Steinkraus, Platt 2003: "Best Practices for
// Convolutional Neural Networks"): an affine transform, an elastic distortion, strokes made thicker
// or thinner, noise, an erased square (DeVries, Taylor 2017: "Improved Regularization of
// Convolutional Neural Networks with Cutout"). All is a function of (seed, step, index in the
// batch), the same on every device.
#pragma once

#include "kernels/affine.h"

namespace inkling {

// Which image of which step; its random numbers, by what they are for.
struct AugmentationKey {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
  std::uint32_t index = 0;

  // Elements 0 and 1 are the affine transform's.
  static constexpr std::uint32_t kStroke = 2;
  static constexpr std::uint32_t kErase = 3;
  static constexpr std::uint32_t kElastic = 16;
  static constexpr std::uint32_t kNoise = 1024;

  INKLING_HOST_DEVICE Philox4 random(std::uint32_t element) const {
    return random4(seed, RandomUse::augmentation, index, step, element);
  }
};

// The elastic distortion is a free-form deformation (Rueckert et al. 1999): a uniform cubic
// B-spline over a grid of control points, each moved at random. Simard's filtered noise with as
// smooth a result, without its convolution per image.
inline constexpr int kElasticCells = 4;  // of the grid, along each axis of the image
inline constexpr int kElasticPoints = kElasticCells + 3;
inline constexpr int kElasticOffsets = kElasticPoints * kElasticPoints;  // along one axis

// Offset i of the 2 * kElasticOffsets of an image: first all along x, then all along y.
INKLING_HOST_DEVICE inline float elastic_offset(double limit, const AugmentationKey& key, int i) {
  const auto number = static_cast<std::uint32_t>(i);
  const Philox4 four = key.random(AugmentationKey::kElastic + number / 4);
  return static_cast<float>(limit) * (2 * uniform01(four.any(number)) - 1);
}

// A uniform cubic B-spline's four weights at `t` in [0, 1) of a cell.
struct SplineWeights {
  float of[4];
};
INKLING_HOST_DEVICE inline SplineWeights spline_weights(float t) {
  const float rest = 1 - t;
  return {{rest * rest * rest / 6, (3 * t - 6) * t * t / 6 + 4.0F / 6,
           (3 * rest - 6) * rest * rest / 6 + 4.0F / 6, t * t * t / 6}};
}

// How far the distortion moves a pixel. offsets: [2 * kElasticOffsets].
INKLING_HOST_DEVICE inline ImagePoint elastic_shift(const float* offsets, Index height, Index width,
                                                    Index x, Index y) {
  const float column = (static_cast<float>(x) + 0.5F) * kElasticCells / static_cast<float>(width);
  const float row = (static_cast<float>(y) + 0.5F) * kElasticCells / static_cast<float>(height);
  const int first_column = static_cast<int>(column);
  const int first_row = static_cast<int>(row);
  const SplineWeights columns = spline_weights(column - static_cast<float>(first_column));
  const SplineWeights rows = spline_weights(row - static_cast<float>(first_row));
  ImagePoint shift{0, 0};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      const int point = (first_row + i) * kElasticPoints + first_column + j;
      const float weight = rows.of[i] * columns.of[j];
      shift.x += weight * offsets[point];
      shift.y += weight * offsets[kElasticOffsets + point];
    }
  }
  return shift;
}

// All that is drawn for one image, but for the elastic offsets and the noise.
struct ImageAugmentation {
  Affine affine;
  float thickness;   // pixels of the source; below 0: thinner
  float noise;       // standard deviation, of 0 … 255
  float erase_side;  // pixels; the square's left and top follow
  float erase_left;
  float erase_top;
};

INKLING_HOST_DEVICE inline ImageAugmentation draw_augmentation(const Augmentation& limits,
                                                               const AugmentationKey& key,
                                                               Index height, Index width) {
  const Philox4 stroke = key.random(AugmentationKey::kStroke);
  const Philox4 erase = key.random(AugmentationKey::kErase);
  const float side = static_cast<float>(limits.erase) * uniform01(erase.word[0]);
  // The square's center is anywhere in the image; its pixels beyond the edge erase nothing.
  return {draw_affine(limits, key.seed, key.step, key.index),
          static_cast<float>(limits.thickness) * (2 * uniform01(stroke.word[0]) - 1),
          static_cast<float>(255 * limits.noise) * uniform01(stroke.word[1]),
          side,
          static_cast<float>(width) * uniform01(erase.word[1]) - side / 2,
          static_cast<float>(height) * uniform01(erase.word[2]) - side / 2};
}

// A source image: bytes, 0 outside.
struct SourceImage {
  const std::uint8_t* pixels;
  Index height;
  Index width;

  INKLING_HOST_DEVICE float at(Index row, Index column) const {
    const bool inside = row >= 0 && column >= 0 && row < height && column < width;
    return inside ? static_cast<float>(pixels[row * width + column]) : 0.0F;
  }
  // Gray dilation (amount > 0) or erosion (< 0) by a cross of that radius, up to 1: between the
  // pixel and the maximum or minimum of itself and its four neighbors.
  INKLING_HOST_DEVICE float thickened(Index row, Index column, float amount) const {
    const float here = at(row, column);
    if (amount == 0) {
      return here;
    }
    const float neighbors[4] = {at(row - 1, column), at(row + 1, column), at(row, column - 1),
                                at(row, column + 1)};
    float extreme = here;
    for (const float neighbor : neighbors) {
      extreme = amount > 0 ? fmaxf(extreme, neighbor) : fminf(extreme, neighbor);
    }
    return here + fabsf(amount) * (extreme - here);
  }
};

// The source's value at a point, between its four pixels: bilinear.
INKLING_HOST_DEVICE inline float sample(const SourceImage& source, ImagePoint point,
                                        float thickness) {
  // Beyond these there is nothing, and a float that no integer holds must not be converted.
  const float x = fminf(fmaxf(point.x, -2), static_cast<float>(source.width) + 1);
  const float y = fminf(fmaxf(point.y, -2), static_cast<float>(source.height) + 1);
  const float left = floorf(x);
  const float top = floorf(y);
  const auto at = [&](Index row, Index column) { return source.thickened(row, column, thickness); };
  const auto row = static_cast<Index>(top);
  const auto column = static_cast<Index>(left);
  const float upper = at(row, column) + (x - left) * (at(row, column + 1) - at(row, column));
  const float lower =
      at(row + 1, column) + (x - left) * (at(row + 1, column + 1) - at(row + 1, column));
  return upper + (y - top) * (lower - upper);
}

// The sum of a word's four bytes, which is nearly normal (Irwin-Hall), with mean 0 and variance 1.
INKLING_HOST_DEVICE inline float nearly_normal(std::uint32_t word) {
  constexpr float kMean = 510;
  constexpr float kStd = 147.8F;  // sqrt(4 * (256 * 256 - 1) / 12)
  const std::uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
  return (static_cast<float>(sum) - kMean) / kStd;
}

// Pixel (x, y) of the augmented image, 0 … 255. elastic: the image's offsets, or null for none.
INKLING_HOST_DEVICE inline float augmented_pixel(const SourceImage& source,
                                                 const ImageAugmentation& drawn,
                                                 const AugmentationKey& key, const float* elastic,
                                                 Index x, Index y) {
  const float left = static_cast<float>(x) - drawn.erase_left;
  const float top = static_cast<float>(y) - drawn.erase_top;
  if (left >= 0 && top >= 0 && left < drawn.erase_side && top < drawn.erase_side) {
    return 0;
  }
  ImagePoint pixel{static_cast<float>(x), static_cast<float>(y)};
  if (elastic != nullptr) {
    const ImagePoint shift = elastic_shift(elastic, source.height, source.width, x, y);
    pixel = {pixel.x + shift.x, pixel.y + shift.y};
  }
  const float value =
      sample(source, source_of(drawn.affine, source.height, source.width, pixel), drawn.thickness);
  if (drawn.noise == 0) {
    return value;
  }
  const auto place = static_cast<std::uint32_t>(y * source.width + x);
  const Philox4 four = key.random(AugmentationKey::kNoise + place / 4);
  return fminf(fmaxf(value + drawn.noise * nearly_normal(four.any(place)), 0), 255);
}

}  // namespace inkling
