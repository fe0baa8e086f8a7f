// Weights files: the format, and a network in it.
#include "engine/io/safetensors.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const inkling::Safetensors contents = inkling::parse_safetensors(bytes, "fuzz");
    std::size_t tensor_bytes = 0;
    for (const inkling::SafetensorsEntry& entry : contents.tensors) {
      tensor_bytes += entry.bytes.size();
    }
    inkling::require(tensor_bytes <= size, "tensors within the file");
  } catch (const inkling::WeightsError&) {  // as it should be
  }
  return 0;
}
