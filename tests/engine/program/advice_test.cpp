#include "engine/program/advice.h"

#include <new>

#include <gtest/gtest.h>

#include "kernels/error.h"

namespace inkling {
namespace {

std::string advised(const std::exception& error) {
  return with_advice(error, "train needs less with a smaller --batch-size");
}

TEST(Advice, NamesTheFlagThatHelps) {
  EXPECT_EQ(advised(OutOfMemory("CUDA", std::size_t{3} << 20, std::size_t{1} << 20,
                                std::size_t{8} << 20)),
            "CUDA: out of memory: asked for 3 MiB, free were 1 MiB of 8 MiB: train needs less with "
            "a smaller --batch-size");
  EXPECT_EQ(advised(OutOfMemory("CPU", 1, 0, 0)),
            "CPU: out of memory: asked for 1 MiB: train needs less with a smaller --batch-size");
  EXPECT_EQ(advised(std::bad_alloc()),
            "out of memory: train needs less with a smaller --batch-size");
  EXPECT_EQ(advised(TooLarge("gemm: expected few, received many")),
            "gemm: expected few, received many: train needs less with a smaller --batch-size");
  EXPECT_EQ(advised(NoDevice("this build has no CUDA")),
            "this build has no CUDA: use --device cpu");
  EXPECT_EQ(advised(UnsupportedDtype(DeviceType::cpu, "float32", "bfloat16")),
            "CPU: expected float32, received bfloat16: use --precision float32");
}

TEST(Advice, LeavesOtherErrorsAsTheyAre) {
  EXPECT_EQ(advised(std::runtime_error("expected this, received that")),
            "expected this, received that");
}

}  // namespace
}  // namespace inkling
