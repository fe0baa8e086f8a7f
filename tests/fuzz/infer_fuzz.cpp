// Bodies of the Open Inference Protocol; the first byte says where the JSON ends, 0 at the end.
#include "server/infer_request.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kSide = 2;
  if (size == 0) {
    return 0;
  }
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const auto request =
        inkling::parse_infer_request(body, data[0] == 0 ? body.size() : data[0], kSide);
    inkling::require(request.pixels.size() == request.pictures * kSide * kSide,
                     "as many pixels as pictures have");
  } catch (const inkling::InferError&) {  // as it should be
  }
  return 0;
}
