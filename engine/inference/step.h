// What a frozen network does to one image, a layer (with what is fused to it) at a time.
#pragma once

#include <memory>
#include <span>

#include "engine/inference/team.h"
#include "engine/layers/layers.h"

namespace inkling::frozen {

// How an image lies in a buffer: perhaps with zeros around it, as the step that reads it wants.
struct Layout {
  Index height = 1;
  Index width = 1;
  Index channels = 0;
  Index before = 0;  // zeros at the top and at the left
  Index below = 0;
  Index right = 0;

  Index row() const { return (before + width + right) * channels; }
  Index size() const { return (before + height + below) * row(); }
  Index origin() const { return before * (row() + channels); }  // of pixel (0, 0)
  bool has_border() const { return before + below + right > 0; }
};

// Const and thread-safe; what a run needs is in its workspace.
class Step {
 public:
  virtual ~Step() = default;
  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  virtual const Layout& input() const = 0;
  virtual Index workspace(Index /*threads*/) const { return 0; }  // in floats
  // x: an image as input() has it. y: pixel (0, 0) of the result, whose rows are y_row apart. Every
  // member calls it, with the same workspace of so many threads.
  virtual void run(const float* x, float* y, Index y_row, float* workspace,
                   Member& member) const = 0;
};

// input: [height, width, channels]. weight [kernel, kernel, in, out], bias [out]. With
// low_precision in bf16 where that is faster.
std::unique_ptr<Step> freeze(const layers::Conv2d& layer, const Shape& input,
                             std::span<const float> weight, std::span<const float> bias,
                             Epilogue epilogue, bool low_precision);
// Any layer without parameters, by its own forward pass, which allocates: for layers that need no
// more, since networks in use have them fused to one that has a kernel of its own.
std::unique_ptr<Step> freeze(const Layer& layer, const Shape& input);

}  // namespace inkling::frozen
