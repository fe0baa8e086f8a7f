// MNIST's digits made into photographs, thirteen ways.
#pragma once

#include <span>
#include <string>

#include "bench/pictures/random.h"
#include "data/picture.h"

namespace inkling::pictures {

struct PhotoColumn {
  const char* name;
  Picture (*take)(const std::uint8_t* pixels, Random& random);
};

std::span<const PhotoColumn> photo_columns();

}  // namespace inkling::pictures
