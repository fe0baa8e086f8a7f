// A picture's way to the network: decoding and preparation.
#include "data/decode_picture.h"
#include "data/prepare.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const inkling::Picture picture = inkling::decode_picture({data, size});
    inkling::require(picture.rgba.size() == static_cast<std::size_t>(picture.width) *
                                                static_cast<std::size_t>(picture.height) * 4,
                     "four bytes a pixel");
    if (picture.rgba.size() <= std::size_t{1} << 18U) {  // larger ones take too long for a fuzzer
      inkling::prepare(picture);
    }
  } catch (const inkling::PictureError&) {  // as it should be
  }
  return 0;
}
