// One operand of a tensor-core product in shared memory: 16-byte chunks of eight bf16, placed so that
// the eight rows which ldmatrix reads at once fall on different banks.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/cuda/ptx.h"

namespace inkling::cuda::tensor_core {

inline constexpr int kTileK = 32;  // terms a step
inline constexpr int kChunk = 8;   // elements of 16 bytes
inline constexpr int kBlockThreads = 256;

// "Line" is a row of A or a column of B. AlongK: eight terms of a line follow one another in memory, and
// the tile is [Lines, kTileK]; else eight lines of a term do, and it is [kTileK, Lines].
template <bool AlongK, int Lines>
struct Tile {
  static constexpr int kBytes = Lines * kTileK * static_cast<int>(sizeof(bfloat16));
  static constexpr int kChunksARow = (AlongK ? kTileK : Lines) / kChunk;
  static constexpr int kChunksAThread = Lines * kTileK / kChunk / kBlockThreads;

  // Where a chunk lies, in bytes. Rows of 64 bytes share a line of the 128 bytes of all banks in pairs, so
  // every second row moves on; rows of 128 bytes and more all begin at the same bank, so each does.
  __device__ static int place(int row, int chunk) {
    const int moved = AlongK ? chunk ^ (row >> 1 & 3) : chunk ^ (row & 7);
    return (row * kChunksARow + moved) * 16;
  }
  // The row and chunk that this thread brings, of its i-th.
  __device__ static int row_of(int i) {
    return (static_cast<int>(threadIdx.x) + i * kBlockThreads) / kChunksARow;
  }
  __device__ static int chunk_of() { return static_cast<int>(threadIdx.x) % kChunksARow; }
};

// Brings an operand's chunks from global memory to a tile, step after step. Operand::line(), term() and
// chunk(line, term) say where they are; nullptr stands for zeros. What does not change from step to step
// (the lines) is worked out once.
template <class Operand, int Lines>
class Loader {
 public:
  using Place = Tile<Operand::kAlongK, Lines>;

  __device__ Loader(const Operand& operand, int first_line, int lines) : operand_(operand) {
#pragma unroll
    for (int i = 0; i < kLines; ++i) {
      const int line =
          first_line + (Operand::kAlongK ? Place::row_of(i) : Place::chunk_of() * kChunk);
      inside_[i] = line < lines;
      lines_[i] = operand.line(inside_[i] ? line : 0);
    }
  }

  // Begins the copies of the terms from first_k on; those from end_k on are zeros.
  __device__ void load(unsigned char* tile, int first_k, int end_k) const {
    if constexpr (Operand::kAlongK) {
      const int k = first_k + Place::chunk_of() * kChunk;
      const auto term = operand_.term(k < end_k ? k : first_k);
#pragma unroll
      for (int i = 0; i < Place::kChunksAThread; ++i) {
        copy(tile, i, inside_[i] && k < end_k ? operand_.chunk(lines_[i], term) : nullptr);
      }
    } else {
#pragma unroll
      for (int i = 0; i < Place::kChunksAThread; ++i) {
        const int k = first_k + Place::row_of(i);
        copy(tile, i,
             inside_[0] && k < end_k ? operand_.chunk(lines_[0], operand_.term(k)) : nullptr);
      }
    }
  }

 private:
  static constexpr int kLines = Operand::kAlongK ? Place::kChunksAThread : 1;

  __device__ void copy(unsigned char* tile, int i, const bfloat16* chunk) const {
    cp_async_16(tile + Place::place(Place::row_of(i), Place::chunk_of()),
                chunk != nullptr ? chunk : operand_.values, chunk != nullptr);
  }

  const Operand& operand_;
  typename Operand::Line lines_[kLines];
  bool inside_[kLines];
};

// The fragment of A for 16 lines and 16 terms, as mma_16x8x16 wants it.
template <bool AlongK, int Lines>
__device__ void load_a(std::uint32_t (&fragment)[4], const unsigned char* tile, int line, int k) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  using Place = Tile<AlongK, Lines>;
  if constexpr (AlongK) {
    ldmatrix_x4(fragment, tile + Place::place(line + lane % 16, k / kChunk + lane / 16));
  } else {
    const int row = k + lane / 16 * 8 + lane % 8;
    ldmatrix_x4_transposed(fragment, tile + Place::place(row, line / kChunk + lane / 8 % 2));
  }
}

// The fragments of B for 16 terms and two times 8 lines.
template <bool AlongK, int Lines>
__device__ void load_b(std::uint32_t (&fragments)[4], const unsigned char* tile, int line, int k) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  using Place = Tile<AlongK, Lines>;
  if constexpr (AlongK) {
    const int row = line + lane / 16 * 8 + lane % 8;
    ldmatrix_x4(fragments, tile + Place::place(row, k / kChunk + lane / 8 % 2));
  } else {
    ldmatrix_x4_transposed(fragments,
                           tile + Place::place(k + lane % 16, line / kChunk + lane / 16));
  }
}

}  // namespace inkling::cuda::tensor_core
