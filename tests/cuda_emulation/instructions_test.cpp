// ldmatrix, mma.sync and cp.async as the PTX ISA manual (8.5, sections 9.7.14 "Warp-level matrix
// instructions" and 9.7.9 "Asynchronous copy") describes them. The layouts are written out here
// from its figures, apart from the emulation.
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cuda_emulation/include/cuda_runtime.h"

namespace inkling::emulation {
namespace {

using testing::HasSubstr;

std::uint16_t bf16(int small) {  // exact for integers of up to eight bits
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(small)) >> 16);
}

void run_warp(std::size_t shared_bytes, const std::function<void()>& kernel) {
  run_grid(dim3(1), dim3(32), shared_bytes, kernel);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// The manual's figure for .m8n8: which lane holds the elements of each row, in pairs of columns.
constexpr int kHolder[8][4] = {{0, 1, 2, 3},     {4, 5, 6, 7},     {8, 9, 10, 11},
                               {12, 13, 14, 15}, {16, 17, 18, 19}, {20, 21, 22, 23},
                               {24, 25, 26, 27}, {28, 29, 30, 31}};

// Element (row, column) of matrix m, in shared memory row after row.
std::uint16_t numbered(int matrix, int row, int column) {
  return static_cast<std::uint16_t>(matrix * 64 + row * 8 + column);
}

void check_ldmatrix(bool transposed) {
  std::uint32_t loaded[32][4];
  run_warp(4 * 64 * 2, [&] {
    auto* const shared = reinterpret_cast<std::uint16_t*>(shared_memory());
    const int lane = static_cast<int>(threadIdx.x);
    for (int column = 0; column < 8; ++column) {
      shared[lane * 8 + column] = numbered(lane / 8, lane % 8, column);
    }
    __syncwarp();
    ldmatrix_x4(loaded[lane], shared + lane * 8, transposed);
  });
  for (int matrix = 0; matrix < 4; ++matrix) {
    for (int row = 0; row < 8; ++row) {
      for (int column = 0; column < 8; ++column) {
        const std::uint32_t pair = loaded[kHolder[row][column / 2]][matrix];
        const auto held = static_cast<std::uint16_t>(column % 2 == 0 ? pair & 0xFFFFU : pair >> 16);
        EXPECT_EQ(held, transposed ? numbered(matrix, column, row) : numbered(matrix, row, column));
      }
    }
  }
}

TEST(Ldmatrix, DistributesRowsInPairsToLanes) { check_ldmatrix(false); }
TEST(Ldmatrix, DistributesColumnsWhenTransposed) { check_ldmatrix(true); }

TEST(Ldmatrix, RequiresAlignedRowsInSharedMemory) {
  std::uint32_t registers[4];
  alignas(16) unsigned char elsewhere[16] = {};
  EXPECT_THAT(error_of([&] {
                run_warp(1024, [&] { ldmatrix_x4(registers, shared_memory() + 8, false); });
              }),
              HasSubstr("not aligned to 16 bytes"));
  EXPECT_THAT(error_of([&] { run_warp(1024, [&] { ldmatrix_x4(registers, elsewhere, false); }); }),
              HasSubstr("outside of shared memory"));
  EXPECT_THAT(
      error_of([&] { run_warp(24, [&] { ldmatrix_x4(registers, shared_memory() + 16, false); }); }),
      HasSubstr("outside of shared memory"));
}

// mma.m16n8k16, .bf16: (row, column) that a lane's element i is. A has eight elements a lane (two a
// register), B four, C and D four.
struct Place {
  int row;
  int column;
};
Place place_in_a(int lane, int i) {
  const int group = lane >> 2;
  const int thread_in_group = lane % 4;
  const int row = (0 <= i && i < 2) || (4 <= i && i < 6) ? group : group + 8;
  const int column = i < 4 ? thread_in_group * 2 + (i & 1) : thread_in_group * 2 + (i & 1) + 8;
  return {row, column};
}
Place place_in_b(int lane, int i) {
  const int thread_in_group = lane % 4;
  return {i < 2 ? thread_in_group * 2 + (i & 1) : thread_in_group * 2 + (i & 1) + 8, lane >> 2};
}
Place place_in_d(int lane, int i) {
  const int group = lane >> 2;
  return {i < 2 ? group : group + 8, lane % 4 * 2 + (i & 1)};
}

TEST(Mma, MultipliesFragmentsLaidOutAsInTheManual) {
  int a[16][16];
  int b[16][8];
  int c[16][8];
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 16; ++j) {
      a[i][j] = (i * 7 + j * 3) % 11 - 5;
      b[i][j % 8] = (i * 5 + j % 8 * 2) % 9 - 4;
      c[i][j % 8] = i - 2 * (j % 8);
    }
  }
  run_warp(0, [&] {
    const int lane = static_cast<int>(threadIdx.x);
    std::uint32_t left[4] = {};
    std::uint32_t right[2] = {};
    float sums[4];
    for (int i = 0; i < 8; ++i) {
      const Place place = place_in_a(lane, i);
      left[i / 2] |= static_cast<std::uint32_t>(bf16(a[place.row][place.column])) << 16 * (i % 2);
    }
    for (int i = 0; i < 4; ++i) {
      const Place in_b = place_in_b(lane, i);
      right[i / 2] |= static_cast<std::uint32_t>(bf16(b[in_b.row][in_b.column])) << 16 * (i % 2);
      const Place in_d = place_in_d(lane, i);
      sums[i] = static_cast<float>(c[in_d.row][in_d.column]);
    }
    mma_16x8x16(sums, left, right);
    for (int i = 0; i < 4; ++i) {
      const Place place = place_in_d(lane, i);
      int expected = c[place.row][place.column];
      for (int k = 0; k < 16; ++k) {
        expected += a[place.row][k] * b[k][place.column];
      }
      EXPECT_EQ(sums[i], static_cast<float>(expected)) << "lane " << lane << ", element " << i;
    }
  });
}

// A source of 16-byte pieces, aligned.
struct alignas(16) Piece {
  float values[4];
};

TEST(CpAsync, LandsAtItsWaitAndIsPoisonUntilThen) {
  const Piece source{{1, 2, 3, 4}};
  run_grid(dim3(1), dim3(1), 16, [&] {
    auto* const shared = reinterpret_cast<float*>(shared_memory());
    shared[0] = 7;
    cp_async_16(shared, &source, true);
    EXPECT_TRUE(std::isnan(shared[0]));
    cp_async_commit();
    EXPECT_TRUE(std::isnan(shared[0]));
    cp_async_wait(0);
    EXPECT_EQ(shared[0], 1);
    EXPECT_EQ(shared[3], 4);
  });
}

TEST(CpAsync, WaitLeavesTheLatestGroupsUnderWay) {
  const Piece source{{1, 2, 3, 4}};
  run_grid(dim3(1), dim3(1), 48, [&] {
    auto* const shared = reinterpret_cast<float*>(shared_memory());
    for (int group = 0; group < 3; ++group) {
      cp_async_16(shared + 4 * group, &source, true);
      cp_async_commit();
    }
    cp_async_wait(2);
    EXPECT_EQ(shared[0], 1);
    EXPECT_TRUE(std::isnan(shared[4]));
    cp_async_wait(1);
    EXPECT_EQ(shared[4], 1);
    EXPECT_TRUE(std::isnan(shared[8]));
    cp_async_commit();  // an empty group is a group
    cp_async_wait(1);
    EXPECT_EQ(shared[8], 1);
    cp_async_wait(0);
  });
}

TEST(CpAsync, FillsZerosWithoutReadingInvalidBytes) {
  run_grid(dim3(1), dim3(1), 16, [&] {
    cp_async_16(shared_memory(), nullptr, false);
    cp_async_commit();
    cp_async_wait(0);
    EXPECT_EQ(reinterpret_cast<float*>(shared_memory())[3], 0);
  });
}

TEST(Instructions, OfAmpereAreRejectedOnTuring) {
  const ScopedDevice turing({.capability = 75});
  std::uint32_t four[4] = {};
  const std::uint32_t two[2] = {};
  float sums[4] = {};
  const auto error = [](const std::function<void()>& kernel) {
    return error_of([&] { run_warp(16, kernel); });
  };
  EXPECT_THAT(error([&] { ldmatrix_x4(four, shared_memory(), false); }),
              HasSubstr("ldmatrix needs compute capability 8.0, the device has 7.5"));
  EXPECT_THAT(error([&] { mma_16x8x16(sums, four, two); }), HasSubstr("mma needs"));
  EXPECT_THAT(error([&] { cp_async_16(shared_memory(), nullptr, false); }),
              HasSubstr("cp.async needs"));
}

TEST(CpAsync, RequiresAlignedSharedTargetsAndAWaitForEach) {
  const std::array<Piece, 2> source{};
  const auto copy = [&](std::size_t to, std::size_t from, bool then_wait) {
    return error_of([&, to, from, then_wait] {
      run_grid(dim3(1), dim3(3), 32, [&] {
        cp_async_16(shared_memory() + to, reinterpret_cast<const char*>(source.data()) + from,
                    true);
        if (then_wait) {
          cp_async_commit();
          cp_async_wait(0);
        }
      });
    });
  };
  EXPECT_EQ(copy(16, 16, true), "no error");
  EXPECT_THAT(copy(4, 0, true), HasSubstr("not aligned to 16 bytes"));
  EXPECT_THAT(copy(0, 4, true), HasSubstr("a source that is not aligned"));
  EXPECT_THAT(copy(32, 0, true), HasSubstr("outside of shared memory"));
  EXPECT_THAT(copy(0, 0, false),
              HasSubstr("thread (0, 0, 0) of block (0, 0, 0) ends while copies"));
}

}  // namespace
}  // namespace inkling::emulation
