// The body of an inference request of the Open Inference Protocol, version 2
// (https://github.com/kserve/open-inference-protocol), with its extension for binary tensors, as
// docs/protocol/extension_binary_data.md of github.com/triton-inference-server/server describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace inkling {

// what() is one line that the client may see.
class InferError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct InferRequest {
  struct Output {
    std::string name;
    std::optional<bool> binary;  // nullopt: as all of them
  };

  std::optional<std::string> id;
  std::vector<std::uint8_t> pixels;  // pictures × side × side, as the network sees them
  std::size_t pictures = 0;
  std::vector<Output> outputs;  // that are asked for; empty: all
  bool binary_outputs = false;  // unless one says otherwise
};

// So many pictures are recognized in about 0.1 s.
inline constexpr std::size_t kMaxInferPictures = 256;

// json_size: of the JSON before the binary tensor, as the header Inference-Header-Content-Length
// has it; the whole body where there is none. The one input is named pixels, of the datatype UINT8
// or FP32, of the shape [pictures, side, side] or [pictures, 1, side, side], its numbers from 0,
// background, to 255, ink. Throws InferError.
InferRequest parse_infer_request(std::string_view body, std::size_t json_size, int side);

}  // namespace inkling
