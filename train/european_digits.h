// Made pictures of the 1 and the 7 as much of Europe writes them, which MNIST, collected in the
// United States, has few of: a 1 with a long upstroke, which is read as a 7 else.
#pragma once

#include <cstdint>

#include "data/dataset.h"
#include "kernels/thread_pool.h"

namespace inkling {

// Whether the data set's classes are the ten digits, as far as it says.
bool shows_digits(const Dataset& data);

// Picture i is a function of seed and first + i, of the size of the data set's; 0 background, 255
// ink, in MNIST's frame. Half of them are ones, with the label 1: a stem with an upstroke, some
// with a foot. Half are sevens: a level top and a stem, most with a bar through it, some with a
// hook. The pool's threads share the work; the pictures do not depend on their number. Throws
// std::invalid_argument unless the data set shows_digits(), square, of 8 to 256 pixels a side.
Dataset make_european_digits(const Dataset& digits, std::int64_t first, std::int64_t count,
                             std::uint64_t seed, ThreadPool& pool);

}  // namespace inkling
