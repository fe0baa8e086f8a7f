// Ink → MNIST's frame: cropped, scaled, thickened, centered. Every function is pure and
// thread-safe; ink is 0 (none) to 255 (full).
#pragma once

#include <algorithm>
#include <optional>

#include "data/gray_image.h"

namespace inkling {

struct Box {
  int x;
  int y;
  int width;
  int height;
};

// Away from all of its edges.
inline bool is_inside(const Box& inner, const Box& outer) {
  return inner.x > outer.x && inner.y > outer.y && inner.x + inner.width < outer.x + outer.width &&
         inner.y + inner.height < outer.y + outer.height;
}

// Between two boxes, along the axis where it is larger; 0 where they overlap.
inline int gap_between(const Box& a, const Box& b) {
  const int x = std::max(a.x - (b.x + b.width), b.x - (a.x + a.width));
  const int y = std::max(a.y - (b.y + b.height), b.y - (a.y + a.height));
  return std::max({x, y, 0});
}

inline int longer_side(const Box& box) { return std::max(box.width, box.height); }

// The bounding box of every value above the threshold; nullopt when there is none.
std::optional<Box> ink_box(const GrayImage& ink, float threshold);

// The part of the box that lies within the image, which one of its pixels does at least.
Box within(const Box& box, const GrayImage& image);

// The image but for a share of its sides along its edges.
Box within_edge(const GrayImage& image, double share);

// The box's content; zeros outside the image.
GrayImage crop(const GrayImage& ink, const Box& box);

// Area interpolation (OpenCV's INTER_AREA): each result pixel is the average of the source area
// that it covers, fractions of pixels included, so that no source pixel is skipped at any scale.
GrayImage area_average(const GrayImage& image, int width, int height);

// area_average() to the size whose longer side is given, the other side in proportion (at least 1).
GrayImage scale_longer_side(const GrayImage& image, int longer_side);

float max_value(const GrayImage& ink);

// Multiplies so that the maximum becomes 255. The image must hold a value above 0.
void stretch_to_full(GrayImage& ink);

// Width of the pen in pixels, below 1 where a line does not fill the pixels that it crosses. A pen
// stroke of width w and length l has the area w·l and an outline of 2·l, which is the image's total
// variation.
float stroke_width(const GrayImage& ink);

// Dilation with a disc: strokes become 2·radius wider, and the image larger by the radius on each
// side.
GrayImage thicken(const GrayImage& ink, float radius);

struct Point {
  double x;
  double y;
};

// Pixel centers have integer coordinates, from 0. The image must hold a value above 0.
Point center_of_mass(const GrayImage& ink);

// Pads ink to size × size, shifted by whole pixels so that its center of mass comes nearest to
// (size / 2, size / 2), or as near as the edges let it. The ink must not be larger than the result.
GrayImage center_by_mass(const GrayImage& ink, int size);

}  // namespace inkling
