// Arguments of softmax and cross-entropy.
#pragma once

#include "kernels/types.h"

namespace inkling {

// Each row of logits [batch, classes] becomes probabilities.
template <class T>
struct Softmax {
  Index batch = 0;
  Index classes = 0;
  const T* logits = nullptr;
  Accum<T>* probabilities = nullptr;
};

template <class T>
struct CrossEntropyForward {
  Index batch = 0;
  Index classes = 0;
  double label_smoothing = 0;  // 0..1: this share of the target is spread evenly over all classes
  const T* logits = nullptr;   // [batch, classes]
  const std::uint8_t* labels = nullptr;  // [batch]
  Accum<T>* probabilities = nullptr;     // [batch, classes]: softmax(logits), kept for the gradient
  Accum<T>* loss = nullptr;              // [1]: mean over the batch
  // [1]: rows whose largest logit is the label's (first of equals); may be null.
  std::int32_t* correct = nullptr;
};

template <class T>
struct CrossEntropyBackward {
  Index batch = 0;
  Index classes = 0;
  double label_smoothing = 0;
  const Accum<T>* probabilities = nullptr;
  const std::uint8_t* labels = nullptr;
  const Accum<T>* dloss = nullptr;  // [1]
  T* dlogits = nullptr;             // [batch, classes]
};

}  // namespace inkling
