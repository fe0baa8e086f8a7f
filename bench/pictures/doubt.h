// How far confidence can be believed on drawings, and how often pictures of no digit are told apart
// from digits.
#pragma once

#include <cstdint>

#include "engine/inference/inference_plan.h"
#include "kernels/thread_pool.h"

namespace inkling::pictures {

// Prints both, of `count` digits and as many non-digits of the stress set's seed. A blank picture
// is left out among the digits, and counts as abstained among the non-digits.
void measure_doubt(const InferencePlan& plan, std::uint32_t seed, int count, ThreadPool& pool);

}  // namespace inkling::pictures
