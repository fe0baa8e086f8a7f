// The emulated device itself: that it runs kernels as CUDA does, and that it catches what a device
// would let pass.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cuda_emulation/include/cuda_runtime.h"

namespace inkling::emulation {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<ThreadOrder> kOrders{ThreadOrder::forward(), ThreadOrder::reverse(),
                                       ThreadOrder::shuffled(1), ThreadOrder::shuffled(2)};

// One block.
void run(unsigned threads, std::size_t shared_bytes, const std::function<void()>& kernel) {
  run_grid(dim3(1), dim3(threads), shared_bytes, kernel);
}

// What a launch is refused or stopped with.
std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

float* shared_floats() { return reinterpret_cast<float*>(shared_memory()); }

constexpr bool kHasAddressSanitizer =
#ifdef __SANITIZE_ADDRESS__
    true;
#else
    false;
#endif

#define SKIP_WITHOUT_ADDRESS_SANITIZER()                                              \
  if (!kHasAddressSanitizer) {                                                        \
    GTEST_SKIP() << "AddressSanitizer is what catches this: script/test --only asan"; \
  }

TEST(Grid, RunsEveryThreadOfEveryBlockOnceInAnyOrder) {
  for (const ThreadOrder& order : kOrders) {
    const ScopedThreadOrder scope(order);
    std::map<std::array<unsigned, 6>, int> seen;
    run_grid(dim3(3, 2, 2), dim3(5, 3, 2), 0, [&] {
      EXPECT_EQ(gridDim.x, 3U);
      EXPECT_EQ(blockDim.y, 3U);
      ++seen[{blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y, threadIdx.z}];
    });
    EXPECT_EQ(seen.size(), 12U * 30U);
    for (const auto& [index, times] : seen) {
      EXPECT_EQ(times, 1);
      EXPECT_TRUE(index[0] < 3 && index[1] < 2 && index[2] < 2 && index[3] < 5 && index[4] < 3 &&
                  index[5] < 2);
    }
  }
}

TEST(Grid, RejectsWhatADeviceCannotLaunch) {
  const auto nothing = [] {};
  EXPECT_THAT(error_of([&] { run_grid(dim3(1), dim3(1025), 0, nothing); }),
              HasSubstr("received 1025"));
  EXPECT_THAT(error_of([&] { run_grid(dim3(1), dim3(0), 0, nothing); }), HasSubstr("received 0"));
  EXPECT_THAT(error_of([&] { run_grid(dim3(1, 65536), dim3(1), 0, nothing); }),
              HasSubstr("1 × 65536 × 1"));
  EXPECT_THAT(error_of([&] { run_grid(dim3(1), dim3(1), 300000, nothing); }),
              HasSubstr("received 300000"));
  const ScopedDevice turing({.capability = 75});
  EXPECT_THAT(error_of([&] { run_grid(dim3(1), dim3(1), 70000, nothing); }),
              HasSubstr("at most 65536"));
}

TEST(Grid, RethrowsAKernelsExceptionAndSurvivesIt) {
  EXPECT_THROW(run(64, 0,
                   [] {
                     __syncwarp();
                     if (threadIdx.x == 40) {
                       throw std::out_of_range("planted");
                     }
                     __syncthreads();
                   }),
               std::out_of_range);
  int threads = 0;
  run(64, 0, [&] {
    __syncthreads();
    ++threads;
  });
  EXPECT_EQ(threads, 64);
}

// Every thread takes its neighbor's number, with or without the barrier that this needs.
std::vector<float> neighbors(bool with_barrier, const ThreadOrder& order) {
  const ScopedThreadOrder scope(order);
  std::vector<float> taken(96);
  run(96, 96 * sizeof(float), [&] {
    shared_floats()[threadIdx.x] = static_cast<float>(threadIdx.x);
    if (with_barrier) {
      __syncthreads();
    }
    taken[threadIdx.x] = shared_floats()[(threadIdx.x + 1) % 96];
  });
  return taken;
}

TEST(Barrier, SeparatesWhatIsBeforeFromWhatIsAfter) {
  for (const ThreadOrder& order : kOrders) {
    const auto taken = neighbors(true, order);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      EXPECT_EQ(taken[i], static_cast<float>((i + 1) % 96));
    }
  }
}

TEST(PlantedFault, AMissingBarrierShowsInTheResult) {
  std::set<std::vector<std::uint32_t>> results;
  for (const ThreadOrder& order : kOrders) {
    std::vector<std::uint32_t> bits;
    for (const float value : neighbors(false, order)) {
      bits.push_back(std::bit_cast<std::uint32_t>(value));
    }
    results.insert(bits);
  }
  EXPECT_GT(results.size(), 1U) << "a race must give other results in other orders";
}

TEST(PlantedFault, ABarrierThatSomeDoNotReachNamesThem) {
  const std::string error = error_of([] {
    run_grid(dim3(2, 1), dim3(8, 4), 0, [] {
      if (threadIdx.x == 5 && threadIdx.y == 3) {
        return;
      }
      __syncthreads();
    });
  });
  EXPECT_THAT(error, AllOf(HasSubstr("divergent barrier"),
                           HasSubstr("thread (5, 3, 0) of block (0, 0, 0) has ended"),
                           HasSubstr("emulation_test.cpp")));
}

TEST(PlantedFault, BarriersAtTwoPlacesAreNotOne) {
  const std::string error = error_of([] {
    run(64, 0, [] {
      if (threadIdx.x < 32) {
        __syncthreads();
      }
      if (threadIdx.x >= 32) {
        __syncthreads();
      }
    });
  });
  EXPECT_THAT(error, AllOf(HasSubstr("divergent barrier"), HasSubstr("thread (32, 0, 0)")));
}

TEST(PlantedFault, AccessOutOfBoundsOfDeviceMemoryIsCaught) {
  SKIP_WITHOUT_ADDRESS_SANITIZER();
  EXPECT_DEATH(
      {
        auto* const memory = static_cast<float*>(nullptr);
        void* taken = memory;
        cudaStream_t stream = nullptr;
        cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
        cudaMallocAsync(&taken, 33 * sizeof(float), stream);
        launch(stream, dim3(1), dim3(64), 0, [=] { static_cast<float*>(taken)[threadIdx.x] = 1; });
      },
      "heap-buffer-overflow");
}

TEST(PlantedFault, AccessOutOfBoundsOfSharedMemoryIsCaught) {
  SKIP_WITHOUT_ADDRESS_SANITIZER();
  EXPECT_DEATH(run(64, 60 * sizeof(float), [] { shared_floats()[threadIdx.x] = 1; }),
               "heap-buffer-overflow");
}

TEST(PlantedFault, AMisalignedVectorIsCaught) {
  SKIP_WITHOUT_ADDRESS_SANITIZER();
  EXPECT_DEATH(run(1, 64, [] { *reinterpret_cast<float4*>(shared_floats() + 1) = float4{}; }),
               "misaligned");
}

TEST(SharedMemory, BeginsAsNan) {
  bool all_nan = true;
  run_grid(dim3(2), dim3(32), 32 * sizeof(float), [&] {
    all_nan = all_nan && std::isnan(shared_floats()[threadIdx.x]);
    shared_floats()[threadIdx.x] = 1;
  });
  EXPECT_TRUE(all_nan) << "of the second block, too";
}

TEST(Warp, ShufflesGiveTheNamedLanesValue) {
  for (const ThreadOrder& order : kOrders) {
    const ScopedThreadOrder scope(order);
    run(64, 0, [] {
      const int lane = static_cast<int>(threadIdx.x % 32);
      const int mine = static_cast<int>(threadIdx.x);
      EXPECT_EQ(__shfl_xor_sync(kWholeWarp, mine, 5), mine / 32 * 32 + (lane ^ 5));
      EXPECT_EQ(__shfl_down_sync(kWholeWarp, mine, 4U), lane < 28 ? mine + 4 : mine);
      EXPECT_EQ(__shfl_sync(kWholeWarp, mine, 31 - lane), mine / 32 * 32 + 31 - lane);
    });
  }
}

TEST(Warp, VotesCountTheMasksLanes) {
  run(40, 0, [] {  // the second warp has eight lanes
    const unsigned lanes = threadIdx.x < 32 ? kWholeWarp : 0xFFU;
    EXPECT_EQ(__ballot_sync(kWholeWarp, threadIdx.x % 2 == 0), lanes & 0x55555555U);
    EXPECT_TRUE(__any_sync(kWholeWarp, threadIdx.x % 32 == 3));
    EXPECT_FALSE(__all_sync(kWholeWarp, threadIdx.x % 32 != 3));
    if (threadIdx.x % 32 < 4) {
      EXPECT_EQ(__ballot_sync(0xFU, true), 0xFU);
    }
  });
}

TEST(Warp, ACallThatALaneDoesNotReachNamesIt) {
  EXPECT_THAT(error_of([] {
                run(64, 0, [] {
                  if (threadIdx.x != 37) {
                    __syncwarp();
                  }
                });
              }),
              AllOf(HasSubstr("divergent call of a warp"),
                    HasSubstr("thread (37, 0, 0) of block (0, 0, 0) has ended")));
  const std::string at_two_places = error_of([] {
    run(32, 0, [] {
      if (threadIdx.x < 16) {
        __shfl_xor_sync(kWholeWarp, 1, 1);
      }
      if (threadIdx.x >= 16) {
        __shfl_xor_sync(kWholeWarp, 1, 1);
      }
    });
  });
  EXPECT_THAT(at_two_places, HasSubstr("divergent call of a warp"));
  EXPECT_THAT(error_of([] { run(32, 0, [] { __ballot_sync(0xFFFFU, true); }); }),
              HasSubstr("leaves itself out"));
}

TEST(Warp, AtomicAdditionsAllCount) {
  int sum = 0;
  std::set<int> before;
  run_grid(dim3(3), dim3(32), 0, [&] { before.insert(atomicAdd(&sum, 2)); });
  EXPECT_EQ(sum, 192);
  EXPECT_EQ(before.size(), 96U);
}

}  // namespace
}  // namespace inkling::emulation
