// Made pictures of what is no digit, for a network that learns to know them (Hendrycks, Mazeika,
// Dietterich 2019: "Deep Anomaly Detection with Outlier Exposure").
#pragma once

#include <cstdint>
#include <span>

#include "data/dataset.h"
#include "kernels/thread_pool.h"

namespace inkling {

// Picture i is a function of seed, first + i and, for a fifth of them, of two pictures of the
// data set's given rows, of whose size they are; 0 background, 255 ink, in MNIST's frame:
//
//   figures    two to six lines and arcs between places of a coarse grid
//   signs      capital letters, and other sets of the strokes that letters are made of
//   scribbles  one long line that keeps turning
//   shapes     polygons, stars, lobed curves, rings with marks
//   pairs      two of the rows side by side
//
// Drawings are then made wider or narrower. One may look like a digit by chance; one that came out
// as narrow as a 1 is drawn again. The labels are kNoClass. The pool's threads share the work; the
// pictures do not depend on their number. Throws std::invalid_argument unless the data set's
// pictures are square, 8 to 256 pixels a side, and there is a row.
Dataset make_non_digits(const Dataset& digits, std::span<const std::int32_t> rows,
                        std::int64_t first, std::int64_t count, std::uint64_t seed,
                        ThreadPool& pool);

}  // namespace inkling
