// Named sets of settings: `inkling train --recipe`.
#pragma once

#include <cstdint>

#include "engine/choices.h"
#include "train/train_options.h"

namespace inkling {

enum class Recipe : std::uint8_t { plain, best };
inline constexpr Choice<Recipe> kRecipes[] = {{"plain", Recipe::plain}, {"best", Recipe::best}};

// plain: the flags' own defaults. best: what the shipped weights were trained with
// (docs/accuracy.md); seed, precision and the images held out are left as they are.
TrainOptions options_of(Recipe recipe);

}  // namespace inkling
