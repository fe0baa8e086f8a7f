// Arguments of the kernels that begin and end a training step.
#pragma once

#include "kernels/args/adam.h"
#include "kernels/types.h"

namespace inkling {

// Reads a training step's inputs from tables in device memory and advances the counters, so that
// every launch of a captured step has the same arguments.
struct LoadStepInputs {
  Index batch = 0;
  const std::int32_t* order = nullptr;  // [images of an epoch]: rows of the data set
  const AdamCoefficients<float>* coefficients = nullptr;  // [steps of an epoch]
  // [3]: steps done, steps of this epoch done, images of this epoch done; all are advanced.
  std::int32_t* counters = nullptr;
  std::int32_t* step = nullptr;                          // [1], written: the first counter, before
  std::int32_t* rows = nullptr;                          // [batch], written
  AdamCoefficients<float>* step_coefficients = nullptr;  // [1], written
};

// Adds a batch's metrics to the epoch's.
struct AccumulateMetrics {
  Index batch = 0;
  const float* loss = nullptr;            // [1], mean of the batch
  const std::int32_t* correct = nullptr;  // [1]
  double* sums = nullptr;                 // [2]: losses over all images, correct predictions
};

}  // namespace inkling
