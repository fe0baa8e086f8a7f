// A linear layer of a frozen network, with its ReLU.
#pragma once

#include <memory>
#include <span>

#include "engine/inference/team.h"
#include "kernels/types.h"

namespace inkling::frozen {

struct LinearWeights {
  Index out_features = 0;
  std::span<const float> weight;  // [out_features, in_features]
  std::span<const float> bias;    // [out_features]
  std::span<const Index> order;   // input i is the weight's column order[i]
};

// Const and thread-safe; what a run needs is in its workspace.
class LinearStep {
 public:
  virtual ~LinearStep() = default;
  LinearStep() = default;
  LinearStep(const LinearStep&) = delete;
  LinearStep& operator=(const LinearStep&) = delete;

  virtual Index workspace(Index rows) const = 0;  // in floats
  // y [rows, out_features] = x [rows, in_features] · weight + bias; then max(0, y) with relu. Every
  // member calls it, with the same workspace.
  virtual void run(Index rows, const float* x, bool relu, float* y, float* workspace,
                   Member& member) const = 0;
};

// low_precision: with weights in int8 where that is faster. Inputs are then not negative.
std::unique_ptr<LinearStep> freeze(const LinearWeights& weights, bool low_precision);

}  // namespace inkling::frozen
