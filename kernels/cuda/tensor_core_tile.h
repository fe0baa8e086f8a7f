// One operand of a tensor-core product in shared memory: 16-byte chunks of eight bf16, placed so
// that the eight rows which ldmatrix reads at once fall on different banks.
#pragma once

#include "kernels/bfloat16.h"
#include "kernels/cuda/ptx.h"

namespace inkling::cuda::tensor_core {

inline constexpr int kTileK = 32;  // terms a step
inline constexpr int kChunk = 8;   // elements of 16 bytes
inline constexpr int kBlockThreads = 128;

// "Line" is a row of A or a column of B. AlongK: eight terms of a line follow one another in
// memory, and the tile is [Lines, kTileK]; else eight lines of a term do, and it is [kTileK,
// Lines].
template <bool AlongK, int Lines>
struct Tile {
  static constexpr int kBytes = Lines * kTileK * static_cast<int>(sizeof(bfloat16));
  static constexpr int kChunksARow = (AlongK ? kTileK : Lines) / kChunk;
  static constexpr int kChunksAThread = Lines * kTileK / kChunk / kBlockThreads;

  // Where a chunk lies, in bytes. Rows of 64 bytes share a line of the 128 bytes of all banks in
  // pairs, so every second row moves on; rows of 128 bytes and more all begin at the same bank, so
  // each does.
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

// Eight numbers in memory, or zeros: then `from` is not read, and may point anywhere.
struct Chunk {
  const bfloat16* from;
  bool inside;
};

// Brings an operand's chunks from global memory to a tile, step after step. Operand::line(), term()
// and chunk(line, term) say where they are. kReadAgain: the same block reads them once more. What
// does not change from step to step (the lines, the places in the tile) is worked out once, by the
// constructor. A chunk outside the operand is copied as zeros instead of being branched around: the
// products wait for these instructions.
template <class Operand, int Lines>
class Loader {
 public:
  using Place = Tile<Operand::kAlongK, Lines>;

  __device__ Loader(const Operand& operand, int first_line, int lines)
      : operand_(operand), to_(Place::place(Place::row_of(0), Place::chunk_of())) {
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
      const auto term = operand_.term(k);
#pragma unroll
      for (int i = 0; i < Place::kChunksAThread; ++i) {
        copy(tile, i, operand_.chunk(lines_[i], term), inside_[i] & (k < end_k));
      }
    } else {
#pragma unroll
      for (int i = 0; i < Place::kChunksAThread; ++i) {
        const int k = first_k + Place::row_of(i);
        copy(tile, i, operand_.chunk(lines_[0], operand_.term(k)), inside_[0] & (k < end_k));
      }
    }
  }

 private:
  static constexpr int kLines = Operand::kAlongK ? Place::kChunksAThread : 1;
  static constexpr int kRowsApart = kBlockThreads / Place::kChunksARow;  // this thread's chunks

  __device__ void copy(unsigned char* tile, int i, const Chunk& chunk, bool wanted) const {
    // place() of the i-th chunk: the rows between change at most bit 2 of the chunk's column.
    const int to = (to_ ^ (i * kRowsApart & 7) << 4) + i * kRowsApart * Place::kChunksARow * 16;
    cp_async_16<Operand::kReadAgain>(tile + to, chunk.from, wanted & chunk.inside);
  }

  const Operand& operand_;
  int to_;
  typename Operand::Line lines_[kLines];
  bool inside_[kLines];
};

// Where a lane reads its warp's fragments of 16 lines and 16 terms from, in a tile: worked out
// once, since 16 more of either leave the swizzle as it is, but for the lines of a tile [kTileK,
// Lines].
template <bool AlongK, int Lines>
class FragmentPlaces {
 public:
  // The lane's own line and term within a fragment; one of them is a multiple of 8, where eight
  // numbers begin.
  __device__ FragmentPlaces(int first_line, int line, int term) {
#pragma unroll
    for (int i = 0; i < kPlaces; ++i) {
      places_[i] = AlongK ? Place::place(first_line + line, (term + 16 * i) / kChunk)
                          : Place::place(term, (first_line + line + 16 * i) / kChunk);
    }
  }
  // Of the i-th fragment of lines, from term k (0 or 16) on.
  __device__ const unsigned char* at(const unsigned char* tile, int i, int k) const {
    return AlongK ? tile + places_[k / 16] + i * 16 * Place::kChunksARow * 16
                  : tile + places_[i] + k * Place::kChunksARow * 16;
  }

 private:
  using Place = Tile<AlongK, Lines>;
  static constexpr int kPlaces = AlongK ? kTileK / 16 : 4;

  int places_[kPlaces];
};

// Fragments of A as mma_16x8x16 wants them, of B for two times 8 columns. In a tile [kTileK, Lines]
// rows are terms, and ldmatrix turns them.
template <bool AlongK, int Lines>
__device__ FragmentPlaces<AlongK, Lines> places_of_a(int first_line) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  return AlongK ? FragmentPlaces<AlongK, Lines>(first_line, lane % 16, lane / 16 * 8)
                : FragmentPlaces<AlongK, Lines>(first_line, lane / 8 % 2 * 8,
                                                lane / 16 * 8 + lane % 8);
}
template <bool AlongK, int Lines>
__device__ FragmentPlaces<AlongK, Lines> places_of_b(int first_line) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  return AlongK
             ? FragmentPlaces<AlongK, Lines>(first_line, lane / 16 * 8 + lane % 8, lane / 8 % 2 * 8)
             : FragmentPlaces<AlongK, Lines>(first_line, lane / 16 * 8, lane % 16);
}

template <bool AlongK>
__device__ void load_fragment(std::uint32_t (&fragment)[4], const unsigned char* place) {
  if constexpr (AlongK) {
    ldmatrix_x4(fragment, place);
  } else {
    ldmatrix_x4_transposed(fragment, place);
  }
}

}  // namespace inkling::cuda::tensor_core
