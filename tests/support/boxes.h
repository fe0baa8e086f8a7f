// Ink and paper made for tests of single-channel images.
#pragma once

#include <random>
#include <vector>

#include "data/digit_geometry.h"

namespace inkling {

// side × side pixels, 9 in the boxes and 0 elsewhere.
inline GrayImage ink_of_boxes(const std::vector<Box>& boxes, int side) {
  GrayImage ink(side, side);
  for (const Box& box : boxes) {
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) {
        ink.at(x, y) = 9;
      }
    }
  }
  return ink;
}

// side × side pixels of one tone, each off by at most `amplitude` at random.
inline GrayImage noisy_paper(int side, int tone, int amplitude) {
  std::mt19937 random(1);
  GrayImage paper(side, side);
  for (float& value : paper.values) {
    value = static_cast<float>(tone - amplitude) +
            static_cast<float>(random() % static_cast<unsigned>(2 * amplitude + 1));
  }
  return paper;
}

}  // namespace inkling
