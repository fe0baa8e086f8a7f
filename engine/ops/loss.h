// From logits to probabilities, and to the loss.
#pragma once

#include "engine/autograd.h"

namespace inkling {

struct CrossEntropy {
  Variable loss;   // [1]: the mean over the batch
  Tensor correct;  // int32 [1]: rows whose largest logit is the label's
};

// logits [batch, classes], labels uint8 [batch], each below classes, or kNoClass: that row's target
// is the same for each class, and no answer to it is right. label_smoothing (Szegedy et
// al. 2016) spreads that share of the target evenly over all classes; 0 ≤ label_smoothing < 1.
// Throws std::invalid_argument, and on the CPU std::out_of_range for a label that is no class.
CrossEntropy cross_entropy(const Variable& logits, const Tensor& labels,
                           double label_smoothing = 0);

// Each row of logits [batch, classes] as probabilities. For inference: no gradient.
Tensor softmax(const Tensor& logits);

}  // namespace inkling
