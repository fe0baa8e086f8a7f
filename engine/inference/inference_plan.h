// A network frozen for CPU serving.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/inference/precision.h"
#include "engine/io/calibration.h"

namespace inkling {

// Reads a weights file once, freezes its network (frozen_network.h) and answers predictions from
// it. Const and thread-safe: any number of threads may call logits() and probabilities() at once;
// each keeps the memory of its intermediate results until it ends.
class InferencePlan {
 public:
  // threads: how many cores one call may use: the pictures of a batch are divided among them,
  // and where there are fewer pictures than cores, the work on each picture. 1 runs wholly on the
  // calling thread. Throws WeightsError (engine/io/weights.h) with one line when
  // the file is missing or not sound; std::runtime_error when INKLING_ISA forces a level that this
  // processor lacks.
  explicit InferencePlan(const std::filesystem::path& weights_file, int threads = 1,
                         InferencePrecision precision = InferencePrecision::fast);
  ~InferencePlan();
  InferencePlan(const InferencePlan&) = delete;
  InferencePlan& operator=(const InferencePlan&) = delete;

  // pictures: count × height × width bytes as the network saw them in training (MNIST: 0
  // background, 255 ink), not yet normalized. Returns count × classes() logits. Throws
  // std::invalid_argument when the size is no multiple of a picture's.
  std::vector<float> logits(std::span<const std::uint8_t> pictures) const;

  // softmax(logits / temperature), with the file's temperature: count × classes() probabilities,
  // each row sums to 1.
  std::vector<float> probabilities(std::span<const std::uint8_t> pictures) const;

  const Calibration& calibration() const;
  const std::string& model_name() const;  // the spec's name, e.g. "LargerCNN"
  int height() const;
  int width() const;
  int classes() const;
  // The classes' names; empty where they are known by their numbers, as digits are.
  const std::vector<std::string>& class_names() const;
  std::int64_t parameter_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace inkling
