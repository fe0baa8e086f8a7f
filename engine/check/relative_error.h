// Errors of results, which propagate NaN.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace inkling {

// The larger of two, or NaN when either is: std::max does not propagate it.
inline double larger(double a, double b) { return std::isnan(a) || a >= b ? a : b; }

// ‖result - reference‖ / ‖reference‖ (or / 1e-2, if that is more).
inline double relative_error(const std::vector<double>& result,
                             const std::vector<double>& reference) {
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    difference += (result[i] - reference[i]) * (result[i] - reference[i]);
    norm += reference[i] * reference[i];
  }
  return std::sqrt(difference) / std::max(std::sqrt(norm), 1e-2);
}

}  // namespace inkling
