// The arguments of the kernels, named. T is float, double or bfloat16; pointers are to memory of
// the stream's device. Images are NHWC: batch, height, width, channels, channels innermost.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/bfloat16.h"

namespace inkling {

using Index = std::int64_t;

// What may not lose precision beside numbers in T: biases, gradients of parameters, probabilities,
// losses.
template <class T>
struct AccumOf {
  using type = T;
};
template <>
struct AccumOf<bfloat16> {
  using type = float;
};
template <class T>
using Accum = typename AccumOf<T>::type;

struct Conv2dShape {
  Index batch = 0;
  Index in_height = 0;
  Index in_width = 0;
  Index in_channels = 0;
  Index out_channels = 0;
  Index kernel = 0;  // square
  Index stride = 1;
  Index padding = 0;  // zeros on each side

  constexpr Index out_height() const { return (in_height + 2 * padding - kernel) / stride + 1; }
  constexpr Index out_width() const { return (in_width + 2 * padding - kernel) / stride + 1; }
  constexpr Index patch() const { return kernel * kernel * in_channels; }  // inputs of one output
};

struct Pool2dShape {
  Index batch = 0;
  Index in_height = 0;
  Index in_width = 0;
  Index channels = 0;
  Index kernel = 0;  // square, at most 16, so that the choice fits a byte
  Index stride = 0;

  constexpr Index out_height() const { return (in_height - kernel) / stride + 1; }
  constexpr Index out_width() const { return (in_width - kernel) / stride + 1; }
};

// What follows a convolution within its kernel. relu_pool is ReLU and then a 2×2 max-pool of stride
// 2 (an odd last row or column is dropped).
enum class Epilogue : std::uint8_t { none, relu, relu_pool };

// Which of a window's four pixels won (0..3, row-major, the first of equals) takes two bits, and
// four channels a byte: that of channel c of pixel p begins at bit 2 (c % 4) of byte p *
// packed_argmax_bytes(channels) + c / 4.
INKLING_HOST_DEVICE constexpr Index packed_argmax_bytes(Index channels) {
  return (channels + 3) / 4;
}
INKLING_HOST_DEVICE constexpr int unpack_argmax(const std::uint8_t* argmax, Index pixel,
                                                Index channels, Index channel) {
  return argmax[pixel * packed_argmax_bytes(channels) + channel / 4] >> 2 * (channel % 4) & 3;
}

template <class T>
struct Conv2dForward {
  Conv2dShape shape;
  Epilogue epilogue = Epilogue::none;
  const T* x = nullptr;            // [batch, in_height, in_width, in_channels]
  const T* weight = nullptr;       // [kernel, kernel, in_channels, out_channels]
  const Accum<T>* bias = nullptr;  // [out_channels], may be null
  T* y = nullptr;  // [batch, out_height, out_width, out_channels], halved sides when pooled
  // For relu_pool: [pixels of y, packed_argmax_bytes(out_channels)]; may be null. Unspecified where
  // y is 0.
  std::uint8_t* argmax = nullptr;
};

template <class T>
struct Conv2dBackward {
  Conv2dShape shape;
  Epilogue epilogue = Epilogue::none;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* y = nullptr;  // the forward result: where it is 0, ReLU lets no gradient through
  const std::uint8_t* argmax = nullptr;
  const T* dy = nullptr;  // gradient of y
  T* dx = nullptr;        // each of the three is written when it is not null
  Accum<T>* dweight = nullptr;
  Accum<T>* dbias = nullptr;
};

template <class T>
struct MaxPool2dForward {
  Pool2dShape shape;
  const T* x = nullptr;            // [batch, in_height, in_width, channels]
  T* y = nullptr;                  // [batch, out_height, out_width, channels]
  std::uint8_t* argmax = nullptr;  // as y: row-major index in the window, first of equals
};

template <class T>
struct MaxPool2dBackward {
  Pool2dShape shape;
  const std::uint8_t* argmax = nullptr;
  const T* dy = nullptr;
  T* dx = nullptr;
};

struct LinearShape {
  Index batch = 0;
  Index in_features = 0;
  Index out_features = 0;
};

template <class T>
struct LinearForward {
  LinearShape shape;
  const T* x = nullptr;            // [batch, in_features]
  const T* weight = nullptr;       // [out_features, in_features]
  const Accum<T>* bias = nullptr;  // [out_features], may be null
  T* y = nullptr;                  // [batch, out_features]
};

template <class T>
struct LinearBackward {
  LinearShape shape;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* dy = nullptr;
  T* dx = nullptr;  // each of the three is written when it is not null
  Accum<T>* dweight = nullptr;
  Accum<T>* dbias = nullptr;
};

// NHWC ⇄ NCHW.
struct ImageShape {
  Index batch = 0;
  Index height = 0;
  Index width = 0;
  Index channels = 0;
};

// Names one dropout mask: the same key gives the same mask on every device and after a resume. The
// step is read from the device's memory, so that a recorded training step draws anew each time.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;
  const std::int32_t* step = nullptr;  // [1]
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
  T* dlogits = nullptr;  // [batch, classes]: the gradient for a dloss of 1; may be null
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

template <class T>
struct AdamTensor {
  T* weight = nullptr;
  const T* gradient = nullptr;
  T* first_moment = nullptr;
  T* second_moment = nullptr;
  Index size = 0;
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // decoupled: weight -= learning_rate * weight_decay * weight
};

// What of Adam changes from step to step; three numbers in a row, so that tables of them can be
// made.
template <class T>
struct AdamCoefficients {
  T step_size;     // learning rate / (1 - beta1^step)
  T second_scale;  // 1 / sqrt(1 - beta2^step)
  T keep;          // 1 - learning rate * weight decay
};

// Step counts from 1. In float64: 1 - beta2^step loses everything in float32 for the first steps.
template <class T>
AdamCoefficients<T> adam_coefficients(const AdamOptions& options, double learning_rate,
                                      Index step) {
  const auto power = static_cast<double>(step);
  return {.step_size = static_cast<T>(learning_rate / (1 - std::pow(options.beta1, power))),
          .second_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(options.beta2, power))),
          .keep = static_cast<T>(1 - learning_rate * options.weight_decay)};
}

// How much a picture may be moved at random, at most, to each side: uniformly, each on its own. All
// 0: not at all.
struct Augmentation {
  double rotation = 0;  // degrees
  double shift = 0;     // pixels, along each axis
  double zoom = 0;      // share: 0.1 draws a size from 0.9 to 1.1
  double shear = 0;     // degrees

  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

// Rows of a byte data set → a normalized batch: y = (byte / 255 - mean) / deviation.
template <class T>
struct GatherBatch {
  Index batch = 0;
  Index pixels = 0;
  double mean = 0;
  double std = 1;
  const std::uint8_t* images = nullptr;   // [rows, pixels]
  const std::uint8_t* labels = nullptr;   // [rows], may be null
  const std::int32_t* indices = nullptr;  // [batch], rows to take
  T* y = nullptr;                         // [batch, pixels]
  std::uint8_t* batch_labels = nullptr;   // [batch], written when labels is not null
};

// The same for pictures moved at random (kernels/affine.h), each by numbers of (seed, step, its
// place in the batch).
template <class T>
struct AugmentBatch {
  GatherBatch<T> gather;  // pixels = height * width
  Index height = 0;
  Index width = 0;
  Augmentation limits;
  std::uint64_t seed = 0;
  const std::int32_t* step = nullptr;  // [1]
};

// Makes the next step of a training out of tables in the device's memory, so that a recorded step
// finds what it needs at the same place each time.
struct LoadStepInputs {
  Index batch = 0;
  const std::int32_t* order = nullptr;  // [images of an epoch]: rows of the data set
  const float* coefficients = nullptr;  // [steps of an epoch, 3]: AdamCoefficients
  // [3]: steps done, steps and images of this epoch done; all are moved on.
  std::int32_t* counters = nullptr;
  std::int32_t* step = nullptr;        // [1], written: the first counter as it was
  std::int32_t* rows = nullptr;        // [batch], written
  float* step_coefficients = nullptr;  // [3], written
};

// Adds a batch's results to an epoch's.
struct AccumulateMetrics {
  Index batch = 0;
  const float* loss = nullptr;            // [1], mean of the batch
  const std::int32_t* correct = nullptr;  // [1]
  double* sums = nullptr;                 // [2]: of the losses of all images, of right answers
};

}  // namespace inkling
