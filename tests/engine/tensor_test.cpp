#include "engine/tensor.h"

#include <limits>

#include <gtest/gtest.h>

#include "engine/device_array.h"

namespace inkling {
namespace {

const Device kCpu = Device::cpu(1);

TEST(Tensor, CopiesFromTheHostAndBack) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const Tensor tensor = Tensor::from_host<float>({2, 3}, values, kCpu);
  EXPECT_EQ(tensor.to_host<float>(), values);
  EXPECT_EQ(tensor.size(), 6);
  EXPECT_EQ(tensor.bytes(), 24U);
  EXPECT_EQ(to_string(tensor.shape()), "[2, 3]");
}

TEST(Tensor, CopiesShareMemoryAndClonesDoNot) {
  Tensor tensor = Tensor::zeros({2}, Dtype::float64, kCpu);
  const Tensor same = tensor;
  const Tensor other = tensor.clone();
  tensor.data<double>()[1] = 7;
  EXPECT_EQ(same.data<double>()[1], 7);
  EXPECT_EQ(other.data<double>()[1], 0);
}

TEST(Tensor, IsFullOfOneValue) {
  EXPECT_EQ(Tensor::full({2, 2}, 0.1, Dtype::float64, kCpu).to_host<double>(),
            (std::vector<double>{0.1, 0.1, 0.1, 0.1}));
  EXPECT_EQ(Tensor::full({3}, 0.1, Dtype::float32, kCpu).to_host<float>(),
            (std::vector<float>{0.1F, 0.1F, 0.1F}));
  EXPECT_THROW(Tensor::full({1}, 1, Dtype::int32, kCpu), std::invalid_argument);
}

TEST(DeviceArray, HoldsStructsAndRejectsAnotherCount) {
  struct Pair {
    double first;
    std::int32_t second;
  };
  const std::vector<Pair> pairs{{0.5, 1}, {1.5, 2}};
  auto array = DeviceArray<Pair>::from_host(pairs, kCpu);
  EXPECT_EQ(array.size(), 2);
  EXPECT_EQ(array.data()[1].first, 1.5);
  EXPECT_EQ(array.data()[1].second, 2);
  EXPECT_THROW(array.copy_from_host(std::span(pairs).first(1)), std::invalid_argument);
  EXPECT_FALSE(DeviceArray<Pair>().defined());
}

TEST(Tensor, MayBeEmpty) {
  const Tensor tensor({0, 5}, Dtype::float32, kCpu);
  EXPECT_TRUE(tensor.defined());
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_TRUE(tensor.to_host<float>().empty());
}

TEST(Tensor, RejectsTheWrongDtypeAndTheWrongCount) {
  Tensor tensor({2, 2}, Dtype::float32, kCpu);
  EXPECT_THROW(tensor.data<double>(), std::invalid_argument);
  EXPECT_THROW(tensor.copy_from_host<float>(std::vector<float>(3)), std::invalid_argument);
  EXPECT_THROW(tensor.reshaped({3}), std::invalid_argument);
  EXPECT_THROW(Tensor().data<float>(), std::invalid_argument);
  EXPECT_EQ(tensor.reshaped({4}).shape(), Shape{4});
}

TEST(Tensor, RejectsShapesThatNoMemoryHolds) {
  constexpr Index kHuge = std::numeric_limits<Index>::max() / 2;
  EXPECT_THROW(Tensor({kHuge, 3}, Dtype::float32, kCpu), std::invalid_argument);
  EXPECT_THROW(Tensor({2, -1}, Dtype::float32, kCpu), std::invalid_argument);
  EXPECT_THROW(element_count({kHuge, kHuge, 0}), std::invalid_argument);
}

}  // namespace
}  // namespace inkling
