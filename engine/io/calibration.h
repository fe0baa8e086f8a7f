// How far a network's answers may be believed, found on images that it did not train on.
#pragma once

#include <cmath>

namespace inkling {

struct Calibration {
  // Probabilities are softmax(logits / temperature) (Guo, Pleiss, Sun, Weinberger 2017: "On
  // Calibration of Modern Neural Networks"). Above 0.
  double temperature = 1;
  // Below this probability the network abstains (engine/inference/verdict.h). 0 to 1; 0: never.
  double min_confidence = 0;

  friend bool operator==(const Calibration&, const Calibration&) = default;
};

// Whether both are within their ranges.
inline bool is_valid(const Calibration& calibration) {
  return calibration.temperature > 0 && std::isfinite(calibration.temperature) &&
         calibration.min_confidence >= 0 && calibration.min_confidence <= 1;
}

}  // namespace inkling
