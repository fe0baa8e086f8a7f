// Arguments of softmax and cross-entropy.
#pragma once

#include "kernels/host_device.h"
#include "kernels/types.h"

namespace inkling {

// The label of a row that belongs to no class (where the network has fewer than 256): its target is
// the same for each class (Hendrycks, Mazeika, Dietterich 2019: "Deep Anomaly Detection with
// Outlier Exposure").
inline constexpr std::uint8_t kNoClass = 255;

// How much of a row's target all classes share evenly; the rest is the label's.
INKLING_HOST_DEVICE inline double shared_target(Index label, Index classes,
                                                double label_smoothing) {
  return label == kNoClass && label >= classes ? 1 : label_smoothing;
}

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
  const std::uint8_t* labels = nullptr;  // [batch]: a class, or kNoClass
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
