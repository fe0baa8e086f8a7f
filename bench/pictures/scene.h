// A drawing on paper, and what a camera makes of it: light, shadow, rules, frames, blur, noise.
#pragma once

#include "bench/pictures/random.h"
#include "bench/pictures/strokes.h"
#include "data/gray_image.h"
#include "data/picture.h"

namespace inkling::pictures {

// Where a glyph is on a canvas, in pixels.
struct Placement {
  double height = 500;  // of the longer side of the glyph's extent, the pen's width left out
  double center_x = 500;
  double center_y = 500;
  double pen = 20;  // diameter
};

// How much of each pixel the ink covers, 0 to 1: a round pen along the strokes.
GrayImage pen_coverage(const Glyph& glyph, const Placement& placement, int width, int height);

// An MNIST picture (28×28, 0 to 255) in the middle of a square canvas of `side` pixels, itself
// `digit_side` pixels large, turned by so many degrees. Its soft edges are made as sharp as a pen's
// again.
GrayImage digit_coverage(const std::uint8_t* pixels, int digit_side, int side, double degrees);

// Brightness is 0 (black) to 1 (white), lengths are pixels, angles degrees.
struct Scene {
  double paper = 1;
  double ink = 0;
  // Light falls from `light` at one end of the picture to `light_end` at the other.
  double light = 1;
  double light_end = 1;
  double light_angle = 0;
  double shadow = 1;           // brightness within a shadow that covers a part of the picture
  double shadow_softness = 4;  // of its edge
  double shadow_angle = 0;
  double shadow_offset = 0;  // of its edge from the picture's middle
  double rule_spacing = 0;   // of ruled paper; 0: none
  bool squared = false;      // rules both ways
  double rule_width = 2;
  double rule = 0.7;        // brightness of rules, and of a frame
  double frame_margin = 0;  // of a frame from the picture's edges; 0: none
  double frame_width = 6;
  double table_edge = 0;  // share of the picture, from the left, that is a dark table
  double table = 0.25;
  double tilt = 0;     // of the paper
  double texture = 0;  // how much the ink misses of the paper's grain, 0 to 1: pencil, chalk
  double blur = 0;     // standard deviation
  double noise = 0;    // standard deviation, of 0 to 1
};

// The picture, opaque. The random numbers are for grain and noise.
Picture photograph(const GrayImage& coverage, const Scene& scene, Random& random);

// Ink of one brightness and opacity on a transparent canvas, blurred as the scene says; nothing
// else of the scene is there.
Picture on_transparent_canvas(const GrayImage& coverage, const Scene& scene, double opacity);

}  // namespace inkling::pictures
