// Tests that run for both kinds of numbers that kernels store; bf16 in the emulation also as a card
// before Hopper has it, whose tensor cores know no wgmma.
#pragma once

#include <ostream>
#include <string>

#include "tests/kernels/cuda/device.h"

namespace inkling {

enum class Storage : std::uint8_t { float32, bf16, bf16_on_ampere };
#ifdef INKLING_CUDA_EMULATION
inline const auto kStorages =
    testing::Values(Storage::float32, Storage::bf16, Storage::bf16_on_ampere);
#else
inline const auto kStorages = testing::Values(Storage::float32, Storage::bf16);
#endif

// body.operator()<T>(), for the storage's T.
template <class Body>
void with_storage(Storage storage, const Body& body) {
  if (storage == Storage::float32) {
    body.template operator()<float>();
    return;
  }
#ifdef INKLING_CUDA_EMULATION
  if (storage == Storage::bf16_on_ampere) {
    const ScopedCapability ampere(80);
    body.template operator()<bfloat16>();
    return;
  }
#endif
  body.template operator()<bfloat16>();
}

inline std::string name_of(Storage storage) {
  return storage == Storage::float32 ? "float32"
         : storage == Storage::bf16  ? "bf16"
                                     : "bf16_on_ampere";
}

inline void PrintTo(const Storage& storage, std::ostream* out) { *out << name_of(storage); }

}  // namespace inkling
