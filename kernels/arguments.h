// The arguments of the kernels, named. T is float or double; pointers are to memory of the stream's
// device. Images are NHWC: batch, height, width, channels, channels innermost.
#pragma once

#include <cstdint>

namespace inkling {

using Index = std::int64_t;

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
enum class Fused : std::uint8_t { none, relu, relu_pool };

template <class T>
struct Conv2dForward {
  Conv2dShape shape;
  Fused fused = Fused::none;
  const T* x = nullptr;       // [batch, in_height, in_width, in_channels]
  const T* weight = nullptr;  // [kernel, kernel, in_channels, out_channels]
  const T* bias = nullptr;    // [out_channels], may be null
  T* y = nullptr;  // [batch, out_height, out_width, out_channels], halved sides when pooled
  std::uint8_t* choice = nullptr;  // relu_pool: as y, which of the window's four won (0..3, first
                                   // of equals); may be null
};

template <class T>
struct Conv2dBackward {
  Conv2dShape shape;
  Fused fused = Fused::none;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* y = nullptr;  // the forward result: where it is 0, ReLU lets no gradient through
  const std::uint8_t* choice = nullptr;
  const T* dy = nullptr;  // gradient of y
  T* dx = nullptr;        // each of the three is written when it is not null
  T* dweight = nullptr;
  T* dbias = nullptr;
};

template <class T>
struct MaxPool2dForward {
  Pool2dShape shape;
  const T* x = nullptr;            // [batch, in_height, in_width, channels]
  T* y = nullptr;                  // [batch, out_height, out_width, channels]
  std::uint8_t* choice = nullptr;  // as y: row-major index in the window, first of equals
};

template <class T>
struct MaxPool2dBackward {
  Pool2dShape shape;
  const std::uint8_t* choice = nullptr;
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
  const T* x = nullptr;       // [batch, in_features]
  const T* weight = nullptr;  // [out_features, in_features]
  const T* bias = nullptr;    // [out_features], may be null
  T* y = nullptr;             // [batch, out_features]
};

template <class T>
struct LinearBackward {
  LinearShape shape;
  const T* x = nullptr;
  const T* weight = nullptr;
  const T* dy = nullptr;
  T* dx = nullptr;  // each of the three is written when it is not null
  T* dweight = nullptr;
  T* dbias = nullptr;
};

// NHWC ⇄ NCHW.
struct ImageShape {
  Index batch = 0;
  Index height = 0;
  Index width = 0;
  Index channels = 0;
};

// Names one dropout mask: the same key gives the same mask on every device and after a resume.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;
  std::uint32_t step = 0;
};

template <class T>
struct CrossEntropyForward {
  Index batch = 0;
  Index classes = 0;
  double label_smoothing = 0;  // 0..1: this share of the target is spread evenly over all classes
  const T* logits = nullptr;   // [batch, classes]
  const std::uint8_t* labels = nullptr;  // [batch]
  T* probabilities = nullptr;            // [batch, classes]: softmax(logits), kept for the gradient
  T* loss = nullptr;                     // [1]: mean over the batch
  std::int32_t* correct =
      nullptr;  // [1]: rows whose largest logit is the label's (first of equals); may be null
};

template <class T>
struct CrossEntropyBackward {
  Index batch = 0;
  Index classes = 0;
  double label_smoothing = 0;
  const T* probabilities = nullptr;
  const std::uint8_t* labels = nullptr;
  const T* dloss = nullptr;  // [1]
  T* dlogits = nullptr;      // [batch, classes]
};

template <class T>
struct AdamTensor {
  T* weight = nullptr;
  const T* gradient = nullptr;
  T* first_moment = nullptr;
  T* second_moment = nullptr;
  Index size = 0;
};

struct AdamStep {
  double learning_rate = 0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // decoupled: weight -= learning_rate * weight_decay * weight
  Index step = 1;           // from 1, for the bias corrections
};

// Rows of a byte data set → a normalised batch: y = (byte / 255 - mean) / deviation.
template <class T>
struct GatherBatch {
  Index batch = 0;
  Index pixels = 0;
  double mean = 0;
  double deviation = 1;
  const std::uint8_t* images = nullptr;   // [rows, pixels]
  const std::uint8_t* labels = nullptr;   // [rows], may be null
  const std::int32_t* indices = nullptr;  // [batch], rows to take
  T* y = nullptr;                         // [batch, pixels]
  std::uint8_t* batch_labels = nullptr;   // [batch], written when labels is not null
};

}  // namespace inkling
