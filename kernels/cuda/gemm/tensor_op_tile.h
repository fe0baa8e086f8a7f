// One operand's tile of the tensor-op GEMM in shared memory: loading it from global memory by
// cp.async, and where ldmatrix reads its fragments.
//
// A tile is rows of 16-byte vectors (eight bf16), swizzled so that the eight rows that ldmatrix
// reads at once fall on different banks: vector v of row r is stored at v ^ f(r). (32 banks of 4
// bytes: eight vectors span all of them.)
//
//   K-major, [Rows, kBlockTileK = 32]:     MN-major, [kBlockTileK, Rows]:
//   rows of 64 B, two span all banks,      rows of 128 B and more, each starts at
//   f(r) = r / 2 % 4                       bank 0, f(r) = r % 8
//
//          bank 0       16                        bank 0       16
//   row 0  0 1 2 3      .                  row 0  0 1 2 3 4 5 6 7
//   row 1  .            0 1 2 3            row 1  1 0 3 2 5 4 7 6
//   row 2  1 0 3 2      .                  row 2  2 3 0 1 6 7 4 5
//   row 3  .            1 0 3 2            …
#pragma once

#include <concepts>

#include "kernels/cuda/gemm/gemm_size.h"
#include "kernels/cuda/runtime/ptx.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {

// Eight consecutive elements in global memory, or zeros when not valid: the pointer is then not
// read and may be out of bounds.
struct VecSource {
  const bfloat16* pointer;
  bool valid;
};

// An operand of the tensor-op GEMM, as SimtOperand but in vectors of eight elements along the major
// dimension. kCacheInL1: the same block reads the vectors again.
template <class Operand>
concept TensorOpOperand = requires(const Operand operand, int index) {
  { Operand::kIsKMajor } -> std::convertible_to<bool>;
  { Operand::kCacheInL1 } -> std::convertible_to<bool>;
  typename Operand::Row;
  { operand.row_at(index) } -> std::same_as<typename Operand::Row>;
  { operand.vec(operand.row_at(index), operand.k_at(index)) } -> std::same_as<VecSource>;
};

namespace tensor_op {

inline constexpr int kBlockTileK = 32;
inline constexpr int kVecSize = 8;  // elements of 16 bytes
inline constexpr int kVecBytes = 16;
inline constexpr int kBlockThreads = 128;

// "Rows" are those of A or of B transposed, as in the operand.
template <bool IsKMajor, int Rows>
struct SharedTile {
  static constexpr int kThreads = kBlockThreads;  // that copy it
  static constexpr int kBytes = Rows * kBlockTileK * static_cast<int>(sizeof(bfloat16));
  static constexpr int kVecsPerRow = (IsKMajor ? kBlockTileK : Rows) / kVecSize;
  static constexpr int kRowBytes = kVecsPerRow * kVecBytes;
  static constexpr int kVecsPerThread = Rows * kBlockTileK / kVecSize / kBlockThreads;

  // Byte offset of a vector. `row` is a row of the tile in memory: a k when not K-major.
  __device__ static int offset(int row, int vec) {
    const int swizzle = IsKMajor ? row >> 1 & 3 : row & 7;
    return (row * kVecsPerRow + (vec ^ swizzle)) * kVecBytes;
  }
  // The vectors that this thread copies: its i-th is in this row, all are in this column.
  __device__ static int thread_row(int i) {
    return (static_cast<int>(threadIdx.x) + i * kBlockThreads) / kVecsPerRow;
  }
  __device__ static int thread_vec() { return static_cast<int>(threadIdx.x) % kVecsPerRow; }
  // The operand's row that a row of the tile holds.
  __device__ static int source_row(int row) { return row; }
};

// Copies an operand's tiles from global to shared memory, step after step. What does not change
// between steps (rows, offsets in the tile) is computed once, by the constructor. Vectors out of
// bounds are copied as zeros, without a branch: the products wait for these instructions. Tile: a
// SharedTile, or wgmma's.
template <TensorOpOperand Operand, class Tile>
class TileLoader {
 public:
  __device__ TileLoader(const Operand& operand, int first_row, int rows)
      : operand_(operand), offset_(Tile::offset(Tile::thread_row(0), Tile::thread_vec())) {
#pragma unroll
    for (int i = 0; i < kRowsPerThread; ++i) {
      const int row =
          first_row + Tile::source_row(Operand::kIsKMajor ? Tile::thread_row(i)
                                                          : Tile::thread_vec() * kVecSize);
      in_bounds_[i] = row < rows;
      rows_[i] = operand.row_at(in_bounds_[i] ? row : 0);
    }
  }

  // Starts the copies for k from first_k on; zeros from end_k on.
  __device__ void load(unsigned char* tile, int first_k, int end_k) const {
    if constexpr (Operand::kIsKMajor) {
      const int k = first_k + Tile::thread_vec() * kVecSize;
      const auto at_k = operand_.k_at(k);
#pragma unroll
      for (int i = 0; i < Tile::kVecsPerThread; ++i) {
        copy(tile, i, operand_.vec(rows_[i], at_k), in_bounds_[i] & (k < end_k));
      }
    } else {
#pragma unroll
      for (int i = 0; i < Tile::kVecsPerThread; ++i) {
        const int k = first_k + Tile::thread_row(i);
        copy(tile, i, operand_.vec(rows_[0], operand_.k_at(k)), in_bounds_[0] & (k < end_k));
      }
    }
  }

 private:
  static constexpr int kRowsPerThread = Operand::kIsKMajor ? Tile::kVecsPerThread : 1;
  static constexpr int kRowStride = Tile::kThreads / Tile::kVecsPerRow;  // between its vectors

  __device__ void copy(unsigned char* tile, int i, const VecSource& source, bool in_bounds) const {
    // Tile::offset() of the i-th vector: i · kRowStride rows further flip these bits of the column.
    const int swizzle = (i * kRowStride & 7) * kVecBytes;
    const int offset = (offset_ ^ swizzle) + i * kRowStride * Tile::kRowBytes;
    cp_async_16<Operand::kCacheInL1>(tile + offset, source.pointer, in_bounds & source.valid);
  }

  const Operand& operand_;
  int offset_;
  typename Operand::Row rows_[kRowsPerThread];
  bool in_bounds_[kRowsPerThread];
};

// Where a lane reads its warp's fragments of 16 rows × 16 k from: computed once, since 16 further
// rows or k leave the swizzle as it is, except for the rows of an MN-major tile.
template <bool IsKMajor, int Rows>
class FragmentOffsets {
 public:
  // The lane's row and k within a fragment; one of them is a multiple of 8, where a vector starts.
  __device__ FragmentOffsets(int first_row, int row, int k) {
#pragma unroll
    for (int i = 0; i < kOffsets; ++i) {
      offsets_[i] = IsKMajor ? Tile::offset(first_row + row, (k + 16 * i) / kVecSize)
                             : Tile::offset(k, (first_row + row + 16 * i) / kVecSize);
    }
  }

  // Of the i-th fragment along the rows, from k (0 or 16) on.
  __device__ const unsigned char* at(const unsigned char* tile, int i, int k) const {
    return IsKMajor ? tile + offsets_[k / 16] + i * 16 * Tile::kRowBytes
                    : tile + offsets_[i] + k * Tile::kRowBytes;
  }

 private:
  using Tile = SharedTile<IsKMajor, Rows>;
  static constexpr int kOffsets = IsKMajor ? kBlockTileK / 16 : 4;

  int offsets_[kOffsets];
};

// Fragments of A as mma_16x8x16 takes them, and of B for two times 8 columns. ldmatrix transposes
// those of an MN-major tile, whose rows are k.
template <bool IsKMajor, int Rows>
__device__ FragmentOffsets<IsKMajor, Rows> fragments_of_a(int first_row) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  return IsKMajor ? FragmentOffsets<IsKMajor, Rows>(first_row, lane % 16, lane / 16 * 8)
                  : FragmentOffsets<IsKMajor, Rows>(first_row, lane / 8 % 2 * 8,
                                                    lane / 16 * 8 + lane % 8);
}
template <bool IsKMajor, int Rows>
__device__ FragmentOffsets<IsKMajor, Rows> fragments_of_b(int first_row) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  return IsKMajor ? FragmentOffsets<IsKMajor, Rows>(first_row, lane / 16 * 8 + lane % 8,
                                                    lane / 8 % 2 * 8)
                  : FragmentOffsets<IsKMajor, Rows>(first_row, lane / 16 * 8, lane % 16);
}

// Accumulators begin as the epilogue has it for their column: its bias, or 0.
template <class EpilogueOp, int FragmentsM, int FragmentsN>
__device__ void initialize(const EpilogueOp& epilogue, int first_column, const GemmSize& size,
                           float (&acc)[FragmentsM][FragmentsN][4]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int j = 0; j < FragmentsN; ++j) {
    const int column = first_column + 8 * j + lane % 4 * 2;
#pragma unroll
    for (int next = 0; next < 2; ++next) {
      const float initial = epilogue.initial_sum(column + next, size);
#pragma unroll
      for (int i = 0; i < FragmentsM; ++i) {
        acc[i][j][next] = initial;
        acc[i][j][2 + next] = initial;
      }
    }
  }
}

template <bool IsKMajor>
__device__ void load_fragment(std::uint32_t (&fragment)[4], const unsigned char* row) {
  if constexpr (IsKMajor) {
    ldmatrix_x4(fragment, row);
  } else {
    ldmatrix_x4_transposed(fragment, row);
  }
}

}  // namespace tensor_op
}  // namespace inkling::cuda
