#include "engine/parameter.h"

#include <stdexcept>
#include <type_traits>

namespace inkling {
namespace {

// Calls visit(index in memory, index in the file) for each element of a convolution's weight.
template <class Visit>
void for_each_conv2d_weight(const Shape& memory, const Visit& visit) {
  const Index kernel = memory[0];
  const Index in = memory[2];
  const Index out = memory[3];
  std::size_t index = 0;
  for (Index y = 0; y < kernel; ++y) {
    for (Index x = 0; x < kernel; ++x) {
      for (Index i = 0; i < in; ++i) {
        for (Index o = 0; o < out; ++o) {
          visit(index++, static_cast<std::size_t>(((o * in + i) * kernel + y) * kernel + x));
        }
      }
    }
  }
}

std::vector<float> to_floats(const Tensor& tensor) {
  if (tensor.dtype() == Dtype::float32) {
    return tensor.to_host<float>();
  }
  const std::vector<double> values = tensor.to_host<double>();
  return {values.begin(), values.end()};
}

}  // namespace

void set_values(Tensor& tensor, std::span<const float> values) {
  dispatch_accum(tensor.dtype(), [&]<class T>() {
    if constexpr (std::is_same_v<T, float>) {
      tensor.copy_from_host<T>(values);
    } else {
      const std::vector<T> converted(values.begin(), values.end());
      tensor.copy_from_host<T>(converted);
    }
  });
}

Shape Parameter::file_shape() const {
  const Shape& memory = variable.value().shape();
  return layout == ParameterLayout::conv2d_weight
             ? Shape{memory[3], memory[2], memory[0], memory[1]}
             : memory;
}

std::vector<float> Parameter::to_file() const {
  std::vector<float> memory = to_floats(variable.value());
  if (layout == ParameterLayout::same) {
    return memory;
  }
  std::vector<float> file(memory.size());
  for_each_conv2d_weight(variable.value().shape(),
                         [&](std::size_t m, std::size_t f) { file[f] = memory[m]; });
  return file;
}

void Parameter::from_file(std::span<const float> values) {
  if (static_cast<Index>(values.size()) != variable.value().size()) {
    throw std::invalid_argument(name + ": expected " + std::to_string(variable.value().size()) +
                                " values, received " + std::to_string(values.size()));
  }
  if (layout == ParameterLayout::same) {
    set_values(variable.value(), values);
    return;
  }
  std::vector<float> memory(values.size());
  for_each_conv2d_weight(variable.value().shape(),
                         [&](std::size_t m, std::size_t f) { memory[m] = values[f]; });
  set_values(variable.value(), memory);
}

}  // namespace inkling
