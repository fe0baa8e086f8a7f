// A picture in JSON.
#include "server/json_input.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kSide = 4;  // short, so that a fuzzer makes one that is right
  try {
    const auto input =
        inkling::parse_json_input({reinterpret_cast<const char*>(data), size}, kSide);
    inkling::require(input.pixels.empty() || input.pixels.size() == kSide * kSide,
                     "as many pixels as the network sees");
  } catch (const inkling::JsonInputError&) {  // as it should be
  }
  return 0;
}
