// The products in vector types against plain loops in float64, at whatever level INKLING_ISA
// forces.
#include <gtest/gtest.h>

#include "engine/io/half.h"
#include "kernels/cpu/simd/product.h"
#include "tests/kernels/reference.h"
#include "tests/kernels/simd_kernels.h"

namespace inkling::cpu::simd {
namespace {

using reference::random_values;
using reference::relative_distance;

template <class Weight>
Weight stored(float value) {
  if constexpr (std::is_same_v<Weight, Half>) {
    return {float_to_float16(value)};
  } else if constexpr (std::is_same_v<Weight, bfloat16>) {
    return to_bfloat16(value);
  } else {
    return value;
  }
}

template <class Weight>
std::vector<Weight> packed(Index k, Index n, const std::vector<float>& b) {
  std::vector<Weight> result(static_cast<std::size_t>(packed_size(k, n)));
  for (Index row = 0; row < k; ++row) {
    for (Index column = 0; column < n; ++column) {
      result[static_cast<std::size_t>(packed_index<Weight>(k, row, column))] =
          stored<Weight>(b[static_cast<std::size_t>(row * n + column)]);
    }
  }
  return result;
}

// Rows of the result are a little apart: what is between them must stay. An error is measured by
// the sum of the products' magnitudes, as the sum itself may cancel (Higham 2002, chapter 3).
template <class Weight>
void check_product(Index rows, Index n, Index k, bool with_bias, bool relu) {
  SCOPED_TRACE(testing::Message() << rows << " × " << n << " × " << k << ", bias " << with_bias
                                  << ", relu " << relu);
  const auto a = random_values<float>(rows * k, 1);
  auto b = random_values<float>(k * n, 2);
  for (float& value : b) {
    value = std::round(value * 1024) / 1024;  // a half holds it
  }
  const auto bias = random_values<float>(n, 3);
  const auto packed_b = packed<Weight>(k, n, b);
  const auto padded_bias = padded(bias);
  const Index c_stride = n + 3;
  std::vector<float> c(static_cast<std::size_t>(rows * c_stride), kUnset);
  multiply(Product<Weight>{.rows = rows,
                           .n = n,
                           .k = k,
                           .a = a.data(),
                           .a_stride = k,
                           .b = packed_b.data(),
                           .bias = with_bias ? padded_bias.data() : nullptr,
                           .relu = relu,
                           .c = c.data(),
                           .c_stride = c_stride});
  double worst = 0;
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < c_stride; ++column) {
      const auto value = static_cast<double>(c[static_cast<std::size_t>(row * c_stride + column)]);
      if (column >= n) {
        EXPECT_TRUE(std::isnan(value)) << "written beyond row " << row;
        continue;
      }
      double sum = with_bias ? static_cast<double>(bias[static_cast<std::size_t>(column)]) : 0;
      double magnitude = std::abs(sum);
      for (Index i = 0; i < k; ++i) {
        const double product = static_cast<double>(a[static_cast<std::size_t>(row * k + i)]) *
                               static_cast<double>(b[static_cast<std::size_t>(i * n + column)]);
        sum += product;
        magnitude += std::abs(product);
      }
      const double expected = relu ? std::max(sum, 0.0) : sum;
      ASSERT_FALSE(std::isnan(value));
      worst = std::max(worst, std::abs(value - expected) / magnitude);
    }
  }
  EXPECT_LE(worst, 1e-6);
}

template <class Weight>
void check_products() {
  for (const Index rows : {1, 2, 6, 7, 8, 15, 16, 49}) {
    for (const Index n : {1, 10, 32, 33, 80}) {
      for (const Index k : {1, 9, 64, 1030}) {
        check_product<Weight>(rows, n, k, rows % 2 == 0, n % 2 == 0);
      }
    }
  }
  check_product<Weight>(49, 80, 1030, true, true);
  check_product<Weight>(1, 33, 64, true, true);
}

TEST_F(SimdKernels, ProductsMatchPlainLoops) { check_products<float>(); }

TEST_F(SimdKernels, ProductsWithHalvesMatchPlainLoops) {
  if (!has_half()) {
    GTEST_SKIP() << "this level does not convert halves";
  }
  check_products<Half>();
}

enum class AForm { rows, pieces, transposed };

// a [rows, k] as a product takes it, which learns how.
std::vector<bfloat16> formed(AForm form, const std::vector<float>& a, Product<bfloat16>& product) {
  const Index terms = form == AForm::pieces ? product.k / 2 : product.k;
  std::vector<bfloat16> result(a.size());
  for (Index row = 0; row < product.rows; ++row) {
    for (Index k = 0; k < product.k; ++k) {
      const Index at = form == AForm::transposed
                           ? (k / 2 * product.rows + row) * 2 + k % 2
                           : (k / terms * product.rows + row) * terms + k % terms;
      result[static_cast<std::size_t>(at)] =
          to_bfloat16(a[static_cast<std::size_t>(row * product.k + k)]);
    }
  }
  product.a = result.data();
  product.a_transposed = form == AForm::transposed;
  product.a_stride = product.a_transposed ? product.rows * 2 : terms;
  product.a_pieces = product.k / terms;
  product.a_piece_stride = product.rows * terms;
  return result;
}

// Of numbers that bf16 holds, added to what c has or not.
void check_bf16_product(Index rows, Index n, Index k, AForm form, bool accumulate) {
  SCOPED_TRACE(testing::Message() << rows << " × " << n << " × " << k << ", form "
                                  << static_cast<int>(form) << ", accumulate " << accumulate);
  const auto rounded = [](std::vector<float> values) {
    for (float& value : values) {
      value = to_float(to_bfloat16(value));
    }
    return values;
  };
  const std::vector<float> a = rounded(random_values<float>(rows * k, 1));
  const std::vector<float> b = rounded(random_values<float>(k * n, 2));
  const auto packed_b = packed<bfloat16>(k, n, b);
  const Index c_stride = n + 3;
  const float before = accumulate ? 0.5F : kUnset;
  std::vector<float> c(static_cast<std::size_t>(rows * c_stride), before);
  Product<bfloat16> product{.rows = rows,
                            .n = n,
                            .k = k,
                            .b = packed_b.data(),
                            .accumulate = accumulate,
                            .c = c.data(),
                            .c_stride = c_stride};
  const std::vector<bfloat16> formed_a = formed(form, a, product);
  multiply(product);
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < n; ++column) {
      double sum = accumulate ? 0.5 : 0;
      double magnitude = 0.5;
      for (Index i = 0; i < k; ++i) {
        const double term = static_cast<double>(a[static_cast<std::size_t>(row * k + i)]) *
                            static_cast<double>(b[static_cast<std::size_t>(i * n + column)]);
        sum += term;
        magnitude += std::abs(term);
      }
      ASSERT_NEAR(c[static_cast<std::size_t>(row * c_stride + column)], sum, 2e-6 * magnitude)
          << row << ", " << column;
    }
    for (Index beyond = n; beyond < c_stride; ++beyond) {
      const float value = c[static_cast<std::size_t>(row * c_stride + beyond)];
      ASSERT_TRUE(accumulate ? value == before : std::isnan(value)) << "beyond row " << row;
    }
  }
}

// As AMX takes them and as it does not: in 32 terms, in blocks of 32 columns, transposed in 16 rows
// and passes of 256 terms.
TEST_F(SimdKernels, ProductsInBf16MatchPlainLoops) {
  if (!has_bf16()) {
    GTEST_SKIP() << "this level has no dot products of bf16";
  }
  for (const Index rows : {1, 2, 15, 16, 17, 32, 33, 49, 100}) {
    for (const Index n : {10, 32, 64}) {
      for (const Index k : {4, 16, 32, 64, 200, 520}) {
        for (const AForm form : {AForm::rows, AForm::pieces, AForm::transposed}) {
          check_bf16_product(rows, n, k, form, false);
          check_bf16_product(rows, n, k, form, true);
        }
      }
    }
  }
}

TEST_F(SimdKernels, LargestMagnitudeIsThatOfAnyElement) {
  if (!has_int8()) {
    GTEST_SKIP() << "this level has no products of int8";
  }
  for (const Index size : {0, 1, 15, 16, 33}) {
    for (Index at = 0; at < size; ++at) {
      std::vector<float> values(static_cast<std::size_t>(size), 0.5F);
      values[static_cast<std::size_t>(at)] = at % 2 == 0 ? -3.0F : 2.0F;
      EXPECT_EQ(largest_magnitude(size, values.data()), at % 2 == 0 ? 3.0F : 2.0F) << at;
    }
  }
  EXPECT_EQ(largest_magnitude(0, nullptr), 0.0F);
}

void check_int8_product(Index rows, Index n, Index k, bool relu) {
  SCOPED_TRACE(testing::Message() << rows << " × " << n << " × " << k << ", relu " << relu);
  std::vector<float> a = random_values<float>(rows * k, 1);
  for (float& value : a) {
    value = std::max(value, 0.0F);  // as after a ReLU
  }
  std::fill_n(a.begin(), k, 0.0F);  // a row of nothing
  std::vector<std::int8_t> b(static_cast<std::size_t>(packed_size(k, n)));
  std::vector<double> whole;  // b as it is, in full
  const auto random = random_values<float>(k * n, 2);
  for (Index i = 0; i < k * n; ++i) {
    const auto value = static_cast<std::int8_t>(127 * random[static_cast<std::size_t>(i)]);
    b[static_cast<std::size_t>(packed_index<std::int8_t>(k, i / n, i % n))] = value;
    whole.push_back(value);
  }
  const auto scales = padded(random_values<float>(n, 3));
  const auto bias = padded(random_values<float>(n, 4));
  const Index c_stride = n + 3;
  std::vector<float> c(static_cast<std::size_t>(rows * c_stride), kUnset);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(rows * k));
  std::vector<float> row_scales(static_cast<std::size_t>(rows));
  quantize({.rows = rows,
            .k = k,
            .from = a.data(),
            .stride = k,
            .bytes = bytes.data(),
            .scales = row_scales.data()});
  multiply(IntegerProduct<std::int8_t>{.rows = rows,
                                       .n = n,
                                       .k = k,
                                       .a = bytes.data(),
                                       .row_scales = row_scales.data(),
                                       .b = b.data(),
                                       .scales = scales.data(),
                                       .bias = bias.data(),
                                       .relu = relu,
                                       .c = c.data(),
                                       .c_stride = c_stride});
  std::vector<float> got;
  std::vector<double> expected;
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < c_stride; ++column) {
      const float value = c[static_cast<std::size_t>(row * c_stride + column)];
      if (column >= n) {
        EXPECT_TRUE(std::isnan(value)) << "written beyond row " << row;
        continue;
      }
      double sum = 0;
      for (Index i = 0; i < k; ++i) {
        sum += static_cast<double>(a[static_cast<std::size_t>(row * k + i)]) *
               whole[static_cast<std::size_t>(i * n + column)];
      }
      sum = sum * static_cast<double>(scales[static_cast<std::size_t>(column)]) +
            static_cast<double>(bias[static_cast<std::size_t>(column)]);
      got.push_back(value);
      expected.push_back(relu ? std::max(sum, 0.0) : sum);
    }
  }
  // A byte has 255 steps, without VNNI 127.
  const auto last = a.end() - k;
  const float steps = std::round(*std::max_element(last, a.end()) / row_scales.back());
  EXPECT_TRUE(rows == 1 || steps == 255 || steps == 127) << steps;
  EXPECT_LE(relative_distance(got, expected), rows == 1 ? 0.0 : 1.27 / static_cast<double>(steps));
}

TEST_F(SimdKernels, Int8ProductsMatchPlainLoops) {
  if (!has_int8()) {
    GTEST_SKIP() << "this level has no products of int8";
  }
  for (const Index rows : {1, 2, 3, 4, 5, 9}) {
    for (const Index n : {1, 10, 33, 64}) {
      check_int8_product(rows, n, 16, n % 2 == 0);
      check_int8_product(rows, n, 272, n % 2 != 0);
    }
  }
}

// The longest sums of the largest numbers: they must not overflow.
TEST_F(SimdKernels, Int8SumsFitThirtyTwoBits) {
  if (!has_int8()) {
    GTEST_SKIP() << "this level has no products of int8";
  }
  constexpr Index kTerms = IntegerProduct<std::int8_t>::kMaxTerms;
  const std::vector<float> a(kTerms, 1.0F);
  const std::vector<std::int8_t> b(static_cast<std::size_t>(packed_size(kTerms, 1)), 127);
  const std::vector<float> scales(kColumnBlock, 1.0F), bias(kColumnBlock, 0.0F);
  std::vector<std::uint8_t> bytes(kTerms);
  float row_scale = 0;
  float c = 0;
  quantize({.rows = 1,
            .k = kTerms,
            .from = a.data(),
            .stride = kTerms,
            .bytes = bytes.data(),
            .scales = &row_scale});
  multiply(IntegerProduct<std::int8_t>{.rows = 1,
                                       .n = 1,
                                       .k = kTerms,
                                       .a = bytes.data(),
                                       .row_scales = &row_scale,
                                       .b = b.data(),
                                       .scales = scales.data(),
                                       .bias = bias.data(),
                                       .relu = false,
                                       .c = &c,
                                       .c_stride = 1});
  EXPECT_NEAR(c, 127.0F * kTerms, 127.0F);
}

}  // namespace
}  // namespace inkling::cpu::simd
