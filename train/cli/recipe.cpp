#include "train/cli/recipe.h"

namespace inkling {

TrainOptions options_of(Recipe recipe) {
  TrainOptions options;
  if (recipe == Recipe::best) {
    options.epochs = 20;
    options.label_smoothing = 0.1;
    options.ema = 0.999;
    options.augmentation = {.rotation = 10,
                            .shift = 1.5,
                            .zoom = 0.1,
                            .aspect = 0.4,
                            .shear = 8,
                            .elastic = 2,
                            .thickness = 0.4,
                            .noise = 0.1};
    options.non_digits = 0.1;
    options.european_digits = 0.02;
  }
  return options;
}

}  // namespace inkling
