// Arguments of the kernels that make batches from a data set.
#pragma once

#include "kernels/types.h"

namespace inkling {

// Limits of the random augmentation, each drawn uniformly, in ±limit where no range is given. All
// 0: none.
struct Augmentation {
  double rotation = 0;   // degrees
  double shift = 0;      // pixels, along each axis
  double zoom = 0;       // 0.1 draws a scale from 0.9 to 1.1, of both axes
  double aspect = 0;     // 0.5 draws width : height from 1 / 1.5 to 1.5; the area stays
  double shear = 0;      // degrees
  double elastic = 0;    // pixels that a control point of the distortion moves, along each axis
  double thickness = 0;  // pixels, at most 1, that a stroke's outline moves out or in
  double noise = 0;      // standard deviation, from 0 to this share of full ink
  double erase = 0;      // pixels: side of an erased square, from 0

  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

// Rows of a uint8 data set → a normalized batch: y = (byte / 255 - mean) / std.
template <class T>
struct GatherBatch {
  Index batch = 0;
  Index pixels = 0;
  double mean = 0;
  double std = 1;
  const std::uint8_t* images = nullptr;   // [rows, pixels]
  const std::uint8_t* labels = nullptr;   // [rows], may be null
  const std::int32_t* indices = nullptr;  // [batch], rows to take
  T* y = nullptr;                         // [batch, pixels]
  std::uint8_t* batch_labels = nullptr;   // [batch], written when labels is not null
};

// The same with augmentation (kernels/augmentation.h), drawn from (seed, step, index in the batch).
template <class T>
struct AugmentBatch {
  GatherBatch<T> gather;  // pixels = height * width
  Index height = 0;
  Index width = 0;
  Augmentation limits;
  std::uint64_t seed = 0;
  const std::int32_t* step = nullptr;  // [1]
};

}  // namespace inkling
