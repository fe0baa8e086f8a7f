// A network's parameter: its values, its name, and how files store it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/autograd.h"

namespace inkling {

// How a parameter is stored in files: as PyTorch has it. Memory differs for convolutions alone.
enum class ParameterLayout : std::uint8_t {
  same,
  conv2d_weight,  // memory [kernel, kernel, in, out], file [out, in, kernel, kernel]
};

struct Parameter {
  std::string name;  // "conv1.weight"
  Variable variable;
  ParameterLayout layout = ParameterLayout::same;

  Shape file_shape() const;
  std::vector<float> to_file() const;  // the values in the file's order
  // Throws std::invalid_argument when the count differs.
  void from_file(std::span<const float> values);
};

// Writes values, in memory's order, to a float32 or float64 tensor.
void set_values(Tensor& tensor, std::span<const float> values);

}  // namespace inkling
