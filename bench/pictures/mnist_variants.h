// MNIST's pictures in other shapes: the answer should be the original's.
#pragma once

#include <span>

#include "bench/pictures/photo_columns.h"

namespace inkling::pictures {

// As it is; enlarged ten times; inverted; on transparency, black and white; in the corner of a
// large canvas; as JPEG at quality 85, as it is and enlarged.
std::span<const PhotoColumn> mnist_variants();

}  // namespace inkling::pictures
