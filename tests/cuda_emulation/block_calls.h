// What threads call inside of a kernel: barriers, calls of a whole warp, atomic additions, copies
// into shared memory. A call that stops a thread remembers where it stands in the source, so that
// threads which wait at different places are told apart.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <type_traits>

namespace inkling::emulation {

// A place in the source: that of the call, where it is a default argument. (std::source_location,
// which clang 14 does not know.)
struct Where {
  const char* file = "";
  int line = 0;

  static constexpr Where current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

inline constexpr unsigned kWholeWarp = 0xFFFFFFFFU;
inline constexpr int kLanes = 32;

// What each lane of a warp brought to a call; null for lanes that take no part.
using Operands = std::array<void*, kLanes>;

// Stops until every thread of the block is here.
void barrier(const Where& where);

// Stops until all lanes of `mask` are here; then `combine`, once, may read and write all their
// operands.
void warp_call(const char* name, unsigned mask, void* operand,
               const std::function<void(const Operands&)>& combine, const Where& where);

// The calling thread's number in its warp.
int lane();

// As the PTX manual has them; kernels/cuda/runtime/ptx.h says what each does.
void ldmatrix_x4(std::uint32_t (&registers)[4], const void* shared_row, bool transposed,
                 const Where& where = Where::current());
void mma_16x8x16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                 const Where& where = Where::current());
void cp_async_16(void* shared, const void* global, bool valid);
void cp_async_commit();
void cp_async_wait(int pending);

// As kernels/cuda/runtime/wgmma.h has them; d is a thread's columns / 8 × 4 accumulators.
void wgmma_64x16(float* d, int columns, std::uint64_t a, std::uint64_t b, bool is_k_major_a,
                 bool is_k_major_b, const Where& where = Where::current());
void wgmma_fence();
void wgmma_commit();
void wgmma_wait(int pending);
void fence_proxy_async();
// Of a place in the block's shared memory: its distance from the beginning.
std::uint32_t shared_address(const void* shared);

// Every lane gets the value of the lane it names.
template <class T>
T shuffle(const char* name, unsigned mask, T value, int source, const Where& where) {
  static_assert(std::is_trivially_copyable_v<T>);
  struct Operand {
    T given;
    T taken;
    int source;
  } mine{value, value, source};
  const auto combine = [](const Operands& operands) {
    for (void* operand : operands) {
      auto* const taker = static_cast<Operand*>(operand);
      if (taker != nullptr) {
        const auto* const giver = static_cast<const Operand*>(operands[taker->source]);
        // CUDA leaves the latter undefined.
        taker->taken = giver != nullptr ? giver->given : taker->given;
      }
    }
  };
  warp_call(name, mask, &mine, combine, where);
  return mine.taken;
}

// The lanes of `mask` whose predicate is true, as bits.
unsigned ballot(const char* name, unsigned mask, bool predicate, const Where& where);

}  // namespace inkling::emulation

// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier): CUDA's own names.
// CUDA's own names for them. The last argument is never given: it is the caller's place.
inline void __syncthreads(inkling::emulation::Where where = inkling::emulation::Where::current()) {
  inkling::emulation::barrier(where);
}
inline void __syncwarp(unsigned mask = inkling::emulation::kWholeWarp,
                       inkling::emulation::Where where = inkling::emulation::Where::current()) {
  inkling::emulation::ballot("__syncwarp", mask, true, where);
}
template <class T>
T __shfl_sync(unsigned mask, T value, int source,
              inkling::emulation::Where where = inkling::emulation::Where::current()) {
  return inkling::emulation::shuffle("__shfl_sync", mask, value,
                                     source % inkling::emulation::kLanes, where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits,
                  inkling::emulation::Where where = inkling::emulation::Where::current()) {
  return inkling::emulation::shuffle("__shfl_xor_sync", mask, value,
                                     inkling::emulation::lane() ^ bits, where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned distance,
                   inkling::emulation::Where where = inkling::emulation::Where::current()) {
  const int below = inkling::emulation::lane() + static_cast<int>(distance);
  return inkling::emulation::shuffle(
      "__shfl_down_sync", mask, value,
      below < inkling::emulation::kLanes ? below : inkling::emulation::lane(), where);
}
inline unsigned __ballot_sync(
    unsigned mask, bool predicate,
    inkling::emulation::Where where = inkling::emulation::Where::current()) {
  return inkling::emulation::ballot("__ballot_sync", mask, predicate, where);
}
inline bool __any_sync(unsigned mask, bool predicate,
                       inkling::emulation::Where where = inkling::emulation::Where::current()) {
  return inkling::emulation::ballot("__any_sync", mask, predicate, where) != 0;
}
inline bool __all_sync(unsigned mask, bool predicate,
                       inkling::emulation::Where where = inkling::emulation::Where::current()) {
  return inkling::emulation::ballot("__all_sync", mask, !predicate, where) == 0;
}

// One fiber runs at a time and is not left here, so plain C++ is atomic.
template <class T>
T atomicAdd(T* place, T value) {
  const T before = *place;
  *place += value;
  return before;
}
inline void __threadfence() {}
// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier)
