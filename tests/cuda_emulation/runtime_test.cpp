// CUDA's host interface as the emulated device has it: memory with bounds and directions, graphs.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cuda_emulation/include/cuda_runtime.h"

namespace inkling::emulation {
namespace {

class Runtime : public testing::Test {
 public:
  Runtime() { cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking); }
  ~Runtime() override {
    EXPECT_EQ(bytes_in_use(), before_) << "memory was not given back";
    cudaStreamDestroy(stream_);
  }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

 protected:
  int* take(std::size_t count) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMallocAsync(&memory, count * sizeof(int), stream_), cudaSuccess);
    return static_cast<int*>(memory);
  }
  int read(const int* memory) {
    int value = 0;
    EXPECT_EQ(cudaMemcpyAsync(&value, memory, sizeof(int), cudaMemcpyDeviceToHost, stream_),
              cudaSuccess);
    return value;
  }

  std::size_t before_ = bytes_in_use();
  cudaStream_t stream_ = nullptr;
};

TEST_F(Runtime, MemoryBeginsAsPoisonAndHoldsWhatIsCopied) {
  int* const memory = take(2);
  EXPECT_EQ(read(memory), -1);
  const int value = 5;
  EXPECT_EQ(cudaMemcpyAsync(memory, &value, sizeof(int), cudaMemcpyHostToDevice, stream_),
            cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(memory + 1, memory, sizeof(int), cudaMemcpyDeviceToDevice, stream_),
            cudaSuccess);
  EXPECT_EQ(read(memory + 1), 5);
  EXPECT_EQ(cudaMemsetAsync(memory, 0, sizeof(int), stream_), cudaSuccess);
  EXPECT_EQ(read(memory), 0);
  EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);
}

TEST_F(Runtime, CopiesBeyondTheEndOrInAWrongDirectionAreRejected) {
  int* const memory = take(2);
  int host[3] = {};
  EXPECT_EQ(cudaMemcpyAsync(memory, host, 3 * sizeof(int), cudaMemcpyHostToDevice, stream_),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(host, host + 1, sizeof(int), cudaMemcpyDeviceToHost, stream_),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(memory, memory + 1, sizeof(int), cudaMemcpyHostToDevice, stream_),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemsetAsync(memory + 1, 0, 2 * sizeof(int), stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFreeAsync(memory + 1, stream_), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaSuccess);
  EXPECT_EQ(cudaFreeAsync(memory, stream_), cudaErrorInvalidValue);
}

TEST_F(Runtime, MemoryEnds) {
  const ScopedDevice small({.memory_bytes = before_ + 1000});
  void* memory = nullptr;
  EXPECT_EQ(cudaMallocAsync(&memory, 1001, stream_), cudaErrorMemoryAllocation);
  int* const some = take(200);
  std::size_t free = 0;
  std::size_t total = 0;
  cudaMemGetInfo(&free, &total);
  EXPECT_EQ(free, 200U);
  EXPECT_EQ(total, before_ + 1000);
  EXPECT_EQ(cudaMallocAsync(&memory, 201, stream_), cudaErrorMemoryAllocation);
  cudaFreeAsync(some, stream_);
}

TEST_F(Runtime, TheHostMayNotTouchDeviceMemory) {
#ifdef __SANITIZE_ADDRESS__
  int* const memory = take(1);
  EXPECT_DEATH(*memory = 1, "use-after-poison");
  cudaFreeAsync(memory, stream_);
#else
  GTEST_SKIP() << "AddressSanitizer is what catches this: script/test --only asan";
#endif
}

TEST_F(Runtime, WhatIsCapturedRunsAtEachLaunchOfItsGraph) {
  int* const counter = take(1);
  cudaMemsetAsync(counter, 0, sizeof(int), stream_);
  ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  int* const scratch = take(1);
  launch(stream_, dim3(1), dim3(1), 0, [=] { *scratch = 2; });
  launch(stream_, dim3(1), dim3(3), 0, [=] { *counter += *scratch; });
  EXPECT_EQ(cudaFreeAsync(scratch, stream_), cudaSuccess);
  cudaGraph_t graph = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  EXPECT_EQ(read(counter), 0);
  EXPECT_EQ(read(scratch), -1);
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  cudaGraphDestroy(graph);
  for (int launches = 1; launches <= 2; ++launches) {
    EXPECT_EQ(cudaGraphLaunch(executable, stream_), cudaSuccess);
    EXPECT_EQ(read(counter), 6 * launches);
    EXPECT_EQ(read(scratch), -1) << "freed memory is poison";
  }
  cudaGraphExecDestroy(executable);
  cudaFreeAsync(counter, stream_);
}

TEST_F(Runtime, AGraphThatKeepsItsMemoryCannotBeLaunchedAgain) {
  ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  int* const kept = take(1);
  launch(stream_, dim3(1), dim3(1), 0, [=] { *kept = 2; });
  cudaGraph_t graph = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  cudaGraphDestroy(graph);
  EXPECT_EQ(cudaGraphLaunch(executable, stream_), cudaSuccess);
  EXPECT_EQ(cudaGraphLaunch(executable, stream_), cudaErrorInvalidValue);
  cudaGraphExecDestroy(executable);
}

TEST_F(Runtime, ACaptureThatWaitsOrFreesOthersMemoryIsLost) {
  int* const memory = take(1);
  int value = 0;
  const auto breaks = [&](const std::function<cudaError_t()>& call) {
    cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal);
    EXPECT_EQ(call(), cudaErrorStreamCaptureUnsupported);
    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaErrorStreamCaptureUnsupported);
    EXPECT_EQ(graph, nullptr);
  };
  breaks([&] { return cudaStreamSynchronize(stream_); });
  breaks([&] { return cudaFreeAsync(memory, stream_); });
  breaks([&] {
    return cudaMemcpyAsync(&value, memory, sizeof(int), cudaMemcpyDeviceToHost, stream_);
  });
  cudaFreeAsync(memory, stream_);
}

}  // namespace
}  // namespace inkling::emulation
