// Which ink speaks for an answer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace inkling {

// Gradient × input (Shrikumar, Greenside, Shcherbina, Kundaje 2016: "Not Just a Black Box"), by
// automatic differentiation: how much the class's logit, less the mean of all logits, would change
// with each pixel, times the pixel's ink. The weights are read a second time, in float32, when an
// answer is first explained. Const and thread-safe.
class Saliency {
 public:
  explicit Saliency(std::filesystem::path weights_file);
  ~Saliency();
  Saliency(const Saliency&) = delete;
  Saliency& operator=(const Saliency&) = delete;

  // picture: height × width bytes, 0 background, 255 ink. One number a pixel: above 0 its ink
  // speaks for the class, below 0 against it; 127 or -127 where it does so most, 0 without ink.
  // Throws WeightsError (engine/io/weights.h) when the file is not sound any more, and
  // std::invalid_argument for a picture of another size or a class that there is none of.
  std::vector<std::int8_t> of(std::span<const std::uint8_t> picture, int class_number) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace inkling
