// The safetensors file format (https://github.com/huggingface/safetensors).
//
//   8 bytes   N, the header's size, little-endian unsigned
//   N bytes   JSON, beginning with '{', padded by spaces at its end:
//               {"__metadata__": {text: text, …},
//                name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …}
//   the rest  the tensors' bytes, little-endian, row-major; offsets count from here, and the
//             tensors cover it without overlap or gap
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace inkling {

// what() is one line: the file, what was expected, what came.
class WeightsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SafetensorsEntry {
  std::string name;
  std::string dtype;  // "F32", "F16", "BF16", "F64", …
  Shape shape;
  std::span<const std::byte> bytes;
};

struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::vector<SafetensorsEntry> tensors;  // in the order of their bytes
};

// `file` is how errors name the bytes. The entries refer to `bytes`, which must outlive them. Every
// length, offset and shape is checked before a byte is used. Throws WeightsError.
Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& file);

// The tensors are laid down in the order given. Throws std::invalid_argument when an entry's bytes
// do not fit its shape.
std::vector<std::byte> serialize_safetensors(const Safetensors& contents);

// Bytes an element; 0 for a dtype that the format does not know.
std::size_t safetensors_element_size(std::string_view dtype);

}  // namespace inkling
