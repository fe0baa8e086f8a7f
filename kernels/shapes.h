// The shapes on which operations are checked and timed: one table for gradcheck, for the tests of
// the kernels on both devices and for the benchmarks.
#pragma once

#include "kernels/args/conv2d.h"
#include "kernels/args/linear.h"
#include "kernels/args/pool2d.h"

namespace inkling {

// clang-format off

// What may go wrong: odd sizes, batch 1, strides, paddings, tails of each tile of the GPU's
// kernels, channels in multiples of 8 (tensor cores) and not.
inline constexpr Conv2dShape kConv2dShapes[] = {
    // batch, height, width, in, out, kernel, stride, padding
    {1, 1, 1, 1, 1, 1, 1, 0},  // one number
    {1, 3, 3, 2, 2, 3, 1, 0},  // one output
    {1, 6, 6, 1, 4, 3, 1, 1},  // one channel
    {1, 28, 28, 1, 8, 3, 1, 1},
    {2, 9, 12, 1, 24, 3, 2, 1},
    {2, 7, 5, 3, 2, 3, 1, 1},  // three channels
    {2, 7, 9, 5, 3, 3, 2, 1},
    {1, 11, 8, 3, 2, 5, 3, 2},
    {2, 3, 4, 3, 5, 1, 1, 0},
    {19, 5, 4, 2, 7, 2, 1, 0},  // more images than the CPU's chunks
    {2, 2, 2, 1, 1, 4, 1, 3},   // padding wider than the image
    {1, 5, 4, 8, 16, 3, 1, 1},  // tensor cores: within a tile
    {2, 9, 7, 8, 16, 3, 1, 1},
    {5, 5, 6, 24, 8, 3, 2, 1},
    {3, 14, 14, 16, 24, 3, 1, 1},  // several tiles
    {1, 8, 8, 16, 72, 3, 1, 1},
    {1, 6, 6, 40, 136, 1, 1, 0},
    {3, 20, 18, 16, 136, 3, 1, 1},
    {2, 6, 7, 32, 64, 3, 1, 1},  // Winograd on the CPU: tiles cut off
    {1, 8, 8, 64, 32, 3, 1, 0},
    {3, 5, 4, 32, 32, 3, 1, 2},
};

inline constexpr LinearShape kLinearShapes[] = {
    // batch, in, out
    {1, 1, 1},
    {1, 5, 3},
    {3, 5, 2},
    {4, 7, 1},
    {3, 1, 6},
    {2, 9, 70},
    {3, 16, 24},    // tensor cores
    {64, 16, 64},   // one tile of 64 exactly
    {129, 33, 65},  // and its edges
    {130, 72, 200},
    {17, 264, 136},
    {1, 600, 10},  // split along the inputs
    {2, 1032, 8},
};

inline constexpr Pool2dShape kPool2dShapes[] = {
    // batch, height, width, channels, kernel, stride
    {1, 4, 4, 1, 2, 2},
    {2, 7, 5, 3, 2, 2},  // an odd row and column dropped
    {2, 6, 7, 2, 3, 1},  // windows that overlap
    {1, 9, 9, 2, 3, 2},
    {1, 8, 9, 5, 2, 3},  // pixels in no window
    {1, 5, 5, 2, 5, 1},  // one window
};

// clang-format on

// LargerCNN's layers, for an image: what is timed.
template <class Shape>
struct NamedShape {
  const char* name;
  Shape shape;
};
inline constexpr NamedShape<Conv2dShape> kLargerCnnConv2d[] = {
    {"conv1", {1, 28, 28, 1, 64, 3, 1, 1}},
    {"conv2", {1, 28, 28, 64, 128, 3, 1, 1}},
    {"conv3", {1, 14, 14, 128, 256, 3, 1, 1}},
};
inline constexpr NamedShape<LinearShape> kLargerCnnLinear[] = {
    {"fc1", {1, 12544, 512}},
    {"fc2", {1, 512, 256}},
    {"fc3", {1, 256, 10}},
};

}  // namespace inkling
