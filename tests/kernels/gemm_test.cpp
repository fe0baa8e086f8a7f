#include "kernels/cpu/gemm.h"

#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "kernels/cpu/instruction_level.h"
#include "tests/kernels/levels.h"
#include "tests/kernels/reference.h"

namespace inkling::cpu {
namespace {

using reference::random_values;

class GemmTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = level_missing_here()) {
      GTEST_SKIP() << *reason;
    }
  }
};

template <class T>
void check(Index m, Index n, Index k, bool a_transposed, bool b_transposed, bool accumulate) {
  const Index padding = 3;  // strides wider than the rows
  Gemm<T> args{.m = m,
               .n = n,
               .k = k,
               .a_transposed = a_transposed,
               .b_transposed = b_transposed,
               .accumulate = accumulate};
  args.a_stride = (a_transposed ? m : k) + padding;
  args.b_stride = (b_transposed ? k : n) + padding;
  args.c_stride = n + padding;
  const std::vector<T> a = random_values<T>((a_transposed ? k : m) * args.a_stride, 1);
  const std::vector<T> b = random_values<T>((b_transposed ? n : k) * args.b_stride, 2);
  const std::vector<T> before = random_values<T>(m * args.c_stride, 3);
  std::vector<T> c = before;
  args.a = a.data();
  args.b = b.data();
  args.c = c.data();
  gemm(args);
  const double tolerance =
      4 * static_cast<double>(k + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < args.c_stride; ++j) {
      const auto at = static_cast<std::size_t>(i * args.c_stride + j);
      if (j >= n) {
        EXPECT_EQ(c[at], before[at]) << "written beyond a row";
        continue;
      }
      double expected = accumulate ? static_cast<double>(before[at]) : 0;
      for (Index p = 0; p < k; ++p) {
        const Index in_a = a_transposed ? p * args.a_stride + i : i * args.a_stride + p;
        const Index in_b = b_transposed ? j * args.b_stride + p : p * args.b_stride + j;
        expected += static_cast<double>(a[static_cast<std::size_t>(in_a)]) *
                    static_cast<double>(b[static_cast<std::size_t>(in_b)]);
      }
      EXPECT_LE(std::abs(static_cast<double>(c[at]) - expected), tolerance);
    }
  }
}

TEST_F(GemmTest, MatchesPlainLoopsForAnySizeAndOrder) {
  for (const auto& [m, n, k] :
       {std::tuple{1, 1, 1}, {1, 33, 7}, {17, 1, 5}, {3, 5, 300}, {48, 16, 64}, {49, 67, 35}}) {
    for (const int order : {0, 1, 2, 3}) {
      for (const bool accumulate : {false, true}) {
        check<float>(m, n, k, (order & 1) != 0, (order & 2) != 0, accumulate);
        check<double>(m, n, k, (order & 1) != 0, (order & 2) != 0, accumulate);
      }
    }
  }
}

TEST_F(GemmTest, UsesTheLevelThatIsForced) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests never set it
  const char* forced = std::getenv("INKLING_ISA");
  if (forced == nullptr) {
    GTEST_SKIP() << "INKLING_ISA is not set: any level will do";
  }
  EXPECT_EQ(std::string(name_of(instruction_level())), forced);
}

}  // namespace
}  // namespace inkling::cpu
