// A network frozen for serving: its layers as steps over plain buffers that are planned once, its
// weights packed in the order in which the kernels read them.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "engine/inference/linear_step.h"
#include "engine/inference/precision.h"
#include "engine/inference/step.h"
#include "engine/io/weights.h"

namespace inkling::frozen {

// Const and thread-safe.
class FrozenNetwork {
 public:
  // Reads the model's weights (float32, on the CPU) and keeps nothing of it.
  FrozenNetwork(const Model& model, InferencePrecision precision);

  // Floats that logits() needs for so many pictures and the members of a team.
  Index workspace(Index count, Index threads) const;

  // pictures: count × the network's input as bytes. result: [count, classes]. Every member of a
  // team calls it, with the same arguments; it allocates nothing (but for layers that have no
  // kernel of their own: step.h).
  void logits(Index count, const std::uint8_t* pictures, float* result, float* workspace,
              Member& member) const;

 private:
  struct Linear {
    Index out_features;
    std::unique_ptr<LinearStep> step;
    bool relu;
  };

  void add_image_step(std::unique_ptr<Step> step);
  void add_linear(const layers::Linear& layer, const Shape& flattened,
                  std::span<const Parameter> parameters, bool low_precision);
  void run_image_steps(const std::uint8_t* picture, float* features, float* workspace,
                       Member& member) const;
  void normalize(const std::uint8_t* picture, const Layout& layout, float* to) const;
  const Layout& layout_after(std::size_t step) const;

  Layout picture_;                     // as bytes
  Layout features_;                    // of the last image, which the linear layers take
  std::array<float, 256> normalized_;  // a byte's value
  std::vector<std::unique_ptr<Step>> image_steps_;
  std::vector<Linear> linear_;
  Index image_buffer_ = 0;  // floats of the largest step's input
  Index widest_linear_ = 0;
};

}  // namespace inkling::frozen
