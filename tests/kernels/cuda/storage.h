// Tests that run for both kinds of numbers that kernels store.
#pragma once

#include <ostream>
#include <string>

#include "tests/kernels/cuda/device.h"

namespace inkling {

enum class Storage : std::uint8_t { float32, bf16 };
inline const auto kStorages = testing::Values(Storage::float32, Storage::bf16);

// body.operator()<T>(), for the storage's T.
template <class Body>
void with_storage(Storage storage, const Body& body) {
  storage == Storage::float32 ? body.template operator()<float>()
                              : body.template operator()<bfloat16>();
}

inline void PrintTo(const Storage& storage, std::ostream* out) {
  *out << (storage == Storage::float32 ? "float32" : "bf16");
}

inline std::string name_of(Storage storage) {
  return storage == Storage::float32 ? "float32" : "bf16";
}

}  // namespace inkling
