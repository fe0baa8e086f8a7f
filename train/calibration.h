// How far a network's probabilities can be believed, measured and fitted on images that it did not
// train on.
#pragma once

#include <cstdint>
#include <span>

#include "engine/io/calibration.h"
#include "train/evaluation.h"

namespace inkling {

// The temperature, 0.02 to 50, at which the mean cross-entropy of softmax(logits / temperature) is
// smallest. logits [labels.size() × classes], each label below classes. 1 for no rows.
double fit_temperature(std::span<const float> logits, std::span<const std::uint8_t> labels,
                       std::size_t classes);

// Temperature, and the confidence that the share `answered` of the pictures reaches, to the nearest
// picture.
// 0 ≤ answered ≤ 1; 1 never abstains. Throws std::invalid_argument for another share.
Calibration calibrate(const Evaluation& held_out, double answered);

// The share of rows whose largest probability stays below min_confidence. logits [rows × classes];
// 0 for no rows.
double abstained_share(std::span<const float> logits, std::size_t classes,
                       const Calibration& calibration);

}  // namespace inkling
