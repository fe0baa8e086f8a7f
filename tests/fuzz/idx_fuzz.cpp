// IDX files, plain and gzipped.
#include "data/idx.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  for (const auto parse : {inkling::parse_idx, inkling::parse_idx_gz}) {
    try {
      const inkling::IdxArray array = parse(bytes, "fuzz");
      inkling::require(parse == inkling::parse_idx_gz || inkling::idx_bytes(array).size() == size,
                       "an array that is as large as its file");
    } catch (const inkling::IdxError&) {  // as it should be
    }
  }
  return 0;
}
