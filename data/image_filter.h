// Filters of single-channel images. Every function is pure and thread-safe.
#pragma once

#include <initializer_list>
#include <vector>

#include "data/gray_image.h"

namespace inkling {

// The average over squares of 2·radius + 1 pixels; beyond the image its edge goes on.
GrayImage box_blur(const GrayImage& image, int radius);

// How an image goes on beyond its edge: mirrored, or mirrored at the edge's own value, too, as a
// slope would go on (the median of a slope is the slope itself, up to the edge).
enum class Beyond { mirrored, sloping };

// The median over squares of 2·radius + 1 pixels, to whole numbers (Huang, Yang, Tang 1979). Values
// are 0 to 255.
GrayImage median_filter(const GrayImage& image, int radius, Beyond beyond);

// The minimum and the maximum over squares of 2·radius + 1 pixels within the image.
GrayImage min_filter(const GrayImage& image, int radius);
GrayImage max_filter(const GrayImage& image, int radius);

// Bilinear interpolation between the pixels' centers: the image of width × height that `image` is a
// smaller version of, or an equal one.
class Enlarged {
 public:
  Enlarged(const GrayImage& image, int width, int height);
  // A row of it, until the next call.
  const float* row(int y);

 private:
  struct Place {
    int first;
    int second;
    float share;  // of the second
  };
  static Place place_of(int i, int size, int source);

  const GrayImage& image_;
  int height_;
  std::vector<int> begins_;    // of each of the image's columns: the first x at or right of it
  std::vector<float> shares_;  // of each x: of the next column
  std::vector<float> row_;
};

// Standard deviation of the image's noise, from how far pixels are from the middle of those `lag`
// away on both sides: slopes cancel, edges are few. The median absolute deviation of these.
float noise_std(const GrayImage& image, int lag);

// The values of the pixels at the image's edge, each once.
std::vector<float> border_values(const GrayImage& image);

// Of each share the value that so much of all values is below, from at most about 65,000 of them,
// of which there is one at least. Shares do not fall.
std::vector<float> quantiles(const std::vector<float>& values,
                             std::initializer_list<double> shares);

}  // namespace inkling
