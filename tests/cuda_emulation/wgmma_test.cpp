// wgmma as the PTX ISA manual (8.5, section 9.7.15 "Asynchronous warpgroup level matrix
// instructions") describes it. The layouts are written out here from its figures, apart from the
// emulation.
#include "kernels/cuda/runtime/wgmma.h"

#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling::cuda {
namespace {

using testing::HasSubstr;

constexpr int kTileBytes = 16 * 1024;  // of 128 rows of 64, or 64 of 128
constexpr int kBlockBytes = 8 * 1024;

void run_warpgroup(std::size_t shared_bytes, const std::function<void()>& kernel) {
  emulation::run_grid(dim3(1), dim3(128), shared_bytes, kernel);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const emulation::Error& error) {
    return error.what();
  }
  return "no error";
}

// Small integers, exact in bf16.
int a_at(int row, int k) { return (row * 7 + k * 3) % 11 - 5; }
int b_at(int k, int column) { return (k * 5 + column * 2) % 9 - 4; }

// The canonical layouts with 128-byte swizzling: the byte where element k of row or column mn
// lies.
int place(bool is_k_major, int mn, int k) {
  const int line = is_k_major ? mn : k;
  const int along = is_k_major ? k : mn % 64;
  const int block = is_k_major ? 0 : mn / 64 * kBlockBytes;
  return block + line * 128 + (along / 8 ^ line % 8) * 16 + along % 8 * 2;
}

void put(unsigned char* tile, bool is_k_major, int mn, int k, int value) {
  const bfloat16 number = to_bfloat16(static_cast<float>(value));
  std::memcpy(tile + place(is_k_major, mn, k), &number, sizeof(number));
}

// A of 64 × 64 and B of 64 × columns, in shared memory one after the other.
template <bool IsKMajorA, bool IsKMajorB>
void fill_tiles(int columns) {
  for (int k = 0; k < 64; ++k) {
    for (int row = 0; row < 64; ++row) {
      put(shared_memory(), IsKMajorA, row, k, a_at(row, k));
    }
    for (int column = 0; column < columns; ++column) {
      put(shared_memory() + kTileBytes, IsKMajorB, column, k, b_at(k, column));
    }
  }
}

int expected_sum(int row, int column, int first_k) {
  int sum = row - column;
  for (int k = first_k; k < first_k + 16; ++k) {
    sum += a_at(row, k) * b_at(k, column);
  }
  return sum;
}

template <bool IsKMajorA, bool IsKMajorB, int Columns>
void check_layout() {
  run_warpgroup(2 * kTileBytes, [] {
    if (threadIdx.x == 0) {
      fill_tiles<IsKMajorA, IsKMajorB>(Columns);
    }
    __syncthreads();
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    constexpr int kFirstK = 32;
    float d[Columns / 8][4];
    const auto row_of = [&](int i) { return 16 * warp + (lane >> 2) + (i < 2 ? 0 : 8); };
    const auto column_of = [&](int j, int i) { return 8 * j + lane % 4 * 2 + (i & 1); };
    for (int j = 0; j < Columns / 8; ++j) {
      for (int i = 0; i < 4; ++i) {
        d[j][i] = static_cast<float>(row_of(i) - column_of(j, i));
      }
    }
    wgmma_fence();
    wgmma_64x16<IsKMajorA, IsKMajorB>(
        d,
        advanced(wgmma_descriptor(shared_memory(), kBlockBytes), kFirstK * (IsKMajorA ? 2 : 128)),
        advanced(wgmma_descriptor(shared_memory() + kTileBytes, kBlockBytes),
                 kFirstK * (IsKMajorB ? 2 : 128)));
    wgmma_commit();
    EXPECT_TRUE(std::isnan(d[0][0])) << "read before the wait";
    wgmma_wait<0>();
    for (int j = 0; j < Columns / 8; ++j) {
      for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(d[j][i], expected_sum(row_of(i), column_of(j, i), kFirstK))
            << "row " << row_of(i) << ", column " << column_of(j, i);
      }
    }
  });
}

TEST(Wgmma, MultipliesTilesOfEveryLayout) {
  check_layout<true, true, 64>();
  check_layout<true, false, 64>();
  check_layout<true, false, 128>();
  check_layout<false, true, 128>();
  check_layout<false, false, 128>();
}

// One product of tiles that all threads wrote zeros to.
void multiply_zeros(float (&d)[8][4], int pending) {
  wgmma_fence();
  const std::uint64_t tile = wgmma_descriptor(shared_memory(), kBlockBytes);
  wgmma_64x16<true, true>(d, tile, tile);
  wgmma_commit();
  if (pending == 0) {
    wgmma_wait<0>();
  } else {
    wgmma_wait<1>();
  }
}

void clear_tile() {
  for (int i = static_cast<int>(threadIdx.x); i < kTileBytes; i += 128) {
    shared_memory()[i] = 0;
  }
  fence_proxy_async();
  __syncthreads();
}

TEST(Wgmma, SumsArePoisonWhileAnyGroupIsUnderWay) {
  run_warpgroup(kTileBytes, [] {
    clear_tile();
    float d[8][4] = {};
    multiply_zeros(d, 1);
    multiply_zeros(d, 1);
    EXPECT_TRUE(std::isnan(d[7][3]));
    wgmma_wait<0>();
    EXPECT_EQ(d[7][3], 0);
  });
}

TEST(Wgmma, ATileThatIsOverwrittenTooSoonIsSeen) {
  run_warpgroup(kTileBytes, [] {
    clear_tile();
    float d[8][4] = {};
    multiply_zeros(d, 1);
    __syncthreads();
    std::memset(shared_memory() + threadIdx.x * 128, 0xFF, 128);
    __syncthreads();
    wgmma_wait<0>();
    EXPECT_TRUE(std::isnan(d[0][0]));
  });
}

TEST(Wgmma, RejectsWhatADeviceLeavesUndefined) {
  const auto run = [](const std::function<void(float(&)[8][4])>& kernel) {
    return error_of([&] {
      run_warpgroup(kTileBytes, [&] {
        float d[8][4] = {};
        kernel(d);
      });
    });
  };
  EXPECT_THAT(run([](auto& d) {
                const std::uint64_t tile = wgmma_descriptor(shared_memory(), kBlockBytes);
                wgmma_64x16<true, true>(d, tile, tile);
              }),
              HasSubstr("without wgmma.fence"));
  EXPECT_THAT(run([](auto& d) {
                wgmma_fence();
                const std::uint64_t tile = wgmma_descriptor(shared_memory(), kBlockBytes);
                wgmma_64x16<true, true>(d, advanced(tile, 16 * static_cast<int>(threadIdx.x % 2)),
                                        tile);
              }),
              HasSubstr("different descriptors"));
  EXPECT_THAT(run([](auto& d) {
                wgmma_fence();
                const std::uint64_t tile = wgmma_descriptor(shared_memory(), kBlockBytes);
                wgmma_64x16<true, true>(d, tile, tile);
                wgmma_commit();
              }),
              HasSubstr("ends while products that it began (wgmma) are under way"));
  EXPECT_THAT(run([](auto& d) {
                cp_async_16<false>(shared_memory() + 16 * threadIdx.x, nullptr, false);
                cp_async_commit();
                cp_async_wait<0>();
                __syncthreads();
                multiply_zeros(d, 0);
              }),
              HasSubstr("did not call fence_proxy_async() after its copies arrived"));
  float elsewhere = 0;
  EXPECT_THAT(run([&](auto& /*d*/) { wgmma_descriptor(&elsewhere, kBlockBytes); }),
              HasSubstr("a tile outside of shared memory"));
  EXPECT_THAT(run([](auto& d) {
                wgmma_fence();
                const std::uint64_t beyond =
                    advanced(wgmma_descriptor(shared_memory(), kBlockBytes), kTileBytes - 1024);
                wgmma_64x16<true, true>(d, beyond, beyond);
                wgmma_commit();
                wgmma_wait<0>();
              }),
              HasSubstr("beyond the end of shared memory"));
}

TEST(Wgmma, IsOfHopperAlone) {
  for (const int capability : {80, 100}) {
    const emulation::ScopedDevice other({.capability = capability});
    EXPECT_THAT(error_of([] { run_warpgroup(kTileBytes, [] { wgmma_fence(); }); }),
                HasSubstr("wgmma needs compute capability 9.0 and no other"));
    EXPECT_THAT(error_of([] { run_warpgroup(kTileBytes, [] { fence_proxy_async(); }); }),
                HasSubstr("fence.proxy.async needs"));
  }
}

}  // namespace
}  // namespace inkling::cuda
