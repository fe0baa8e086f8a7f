// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// Returns 0.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer asks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace inkling {

// Something that must hold whatever the input is. Unlike assert(), in every build.
inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "expected %s\n", what);
    std::abort();
  }
}

}  // namespace inkling
