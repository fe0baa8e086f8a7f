// A picture's way to the network: decoding and preparation.
#include "data/decode_picture.h"
#include "data/prepare.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::size_t memory = inkling::memory_to_decode({data, size});
  try {
    const inkling::Picture picture = inkling::decode_picture({data, size});
    inkling::require(picture.rgba.size() == static_cast<std::size_t>(picture.width) *
                                                static_cast<std::size_t>(picture.height) * 4,
                     "four bytes a pixel");
    inkling::require(memory >= picture.rgba.size(), "no more memory than was said");
    if (picture.rgba.size() <= std::size_t{1} << 18U) {  // larger ones take too long for a fuzzer
      inkling::prepare(picture);
    }
  } catch (const inkling::PictureError&) {  // as it should be
  }
  return 0;
}
