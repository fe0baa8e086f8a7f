// How exactly a frozen network computes.
#pragma once

#include <cstdint>

#include "engine/choices.h"

namespace inkling {

// float32: every number and every sum. fast: the fastest mix that this processor has and that
// answers alike: bf16, or where it has no dot products of them int16, in 3 × 3 convolutions, and
// int8 weights in large linear layers, each where the level has it (simd/product.h). A test says
// what "alike" means: of MNIST's 10,000 test pictures at most 5 are answered otherwise, at most 2
// fewer are right, and probabilities differ by at most 0.01 on average.
enum class InferencePrecision : std::uint8_t { float32, fast };
inline constexpr Choice<InferencePrecision> kInferencePrecisions[] = {
    {"float32", InferencePrecision::float32}, {"fast", InferencePrecision::fast}};

}  // namespace inkling
