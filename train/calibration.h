// How far a network's probabilities can be believed, measured and fitted on images that it did not
// train on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/io/calibration.h"
#include "train/evaluation.h"

namespace inkling {

// The temperature, 0.02 to 50, at which the mean cross-entropy of softmax(logits / temperature) is
// smallest. logits [labels.size() × classes], each label below classes. 1 for no rows.
double fit_temperature(std::span<const float> logits, std::span<const std::uint8_t> labels,
                       std::size_t classes);

// The confidence that this share of them reaches, to the nearest one; 0 for all, or of none. Throws
// std::invalid_argument for a share that is not 0 to 1.
double confidence_reached_by(double share, std::vector<float> confidences);

// Temperature, and the confidence that the share `answered` of the pictures reaches, to the nearest
// picture.
// 0 ≤ answered ≤ 1; 1 never abstains. Throws std::invalid_argument for another share.
Calibration calibrate(const Evaluation& held_out, double answered);

// The share of rows whose largest probability stays below min_confidence. logits [rows × classes];
// 0 for no rows.
double abstained_share(std::span<const float> logits, std::size_t classes,
                       const Calibration& calibration);

}  // namespace inkling
