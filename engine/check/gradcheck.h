// Gradients against central finite differences, and results against those of other operations, in
// float64.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/autograd.h"

namespace inkling {

// One operation on one set of shapes.
struct GradcheckCase {
  std::string op;             // "conv2d"
  std::string description;    // "2×7×5×3, kernel 3, out 4, stride 2, padding 1"
  std::vector<Shape> inputs;  // the first is of activations, the others of parameters
  std::function<Variable(const std::vector<Variable>&)> function;
  // The same from other operations; may be empty.
  std::function<Variable(const std::vector<Variable>&)> reference = nullptr;
};

struct GradcheckResult {
  // ‖function - reference‖ / ‖reference‖ (or / 1e-2, if that is more), where there is a reference.
  std::optional<double> forward_error;
  // The largest |gradient - difference| over all elements of all inputs, over the largest
  // |difference| of that input (or 1e-3, if that is more). NaN when either is.
  double gradient_error = 0;
  bool passed = false;  // both within the tolerance
};

inline constexpr double kGradcheckTolerance = 1e-6;

// Every operation of the engine, on the shapes of kernels/shapes.h that are small enough.
const std::vector<GradcheckCase>& gradcheck_cases();

// ±(0.05 + 2 i / n) for i below n in random order: distinct, and none near 0.
std::vector<double> separated_values(Index size, std::uint64_t seed, std::uint32_t stream);

// Checks d(sum(c · f(inputs)))/d(inputs) for random c. Inputs are random, yet never within 1e-3 of
// 0 or of each other, where ReLU and max-pooling have no derivative. Thread-safe.
GradcheckResult run_gradcheck(const GradcheckCase& check, const Device& device,
                              std::uint64_t seed = 1);

}  // namespace inkling
