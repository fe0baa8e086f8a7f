// Pictures of digits that are nothing like MNIST's, drawn at random from fixed ranges, each labeled
// with its digit and with what was done to it. On a canvas of 1000×1000:
//
//   pen        1 … 40 pixels, at most a seventh of the digit's height (else its loops fill up)
//   digit      50 … 950 pixels, anywhere on the canvas; turned and slanted by up to 15°
//   width      0.5 … 1.6 of the natural one
//   contrast   20 … 100 % of the brightness there is
//   variants   dark on light, light on dark, dark and light on a transparent canvas: a quarter each
//
// and, on what is not transparent, each in one picture of three: blur of up to 3 pixels (standard
// deviation), noise of up to 10 %, a shadow of down to half the light, ruled or squared paper, a
// frame around.
#pragma once

#include <string>
#include <vector>

#include "data/picture.h"

namespace inkling::pictures {

struct StressPicture {
  Picture picture;
  int digit = 0;
  std::vector<std::string> effects;  // "pen 1 … 2", "shadow", "dark on light", …
};

// Picture `index` of the set of that seed.
StressPicture stress_picture(std::uint32_t seed, std::uint32_t index);

// The same with what is no digit (handwritten_non_digit()): its digit is -1, its first effect the
// kind.
StressPicture stress_non_digit(std::uint32_t seed, std::uint32_t index);

}  // namespace inkling::pictures
