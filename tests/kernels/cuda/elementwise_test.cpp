// What works element by element, and the pool.
#include <cmath>
#include <limits>

#include "kernels/shapes.h"
#include "tests/kernels/cuda/device.h"

namespace inkling {
namespace {

TEST_F(CudaKernels, AccumulateAdds) {
  for (const Index size : {1, 255, 256, 20'001}) {
    const auto x = random_floats(size, 1);
    const auto y = random_floats(size, 2);
    const OnDevice<float> on_x(x);
    const auto sum = the_same_each_time<float>([&] {
      OnDevice<float> to_y(y);
      cuda::accumulate<float>(*cuda_stream(), {.size = size, .x = on_x, .y = to_y});
      return to_y.to_host();
    });
    for (std::size_t i = 0; i < sum.size(); ++i) {
      ASSERT_EQ(sum[i], x[i] + y[i]);
    }
  }
}

TEST_F(CudaKernels, ReluPropagatesNaNAndHasNoGradientAtZero) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const OnDevice<float> x(std::vector<float>{-1, 0, 2, nan});
  OnDevice<float> y(4), dx(4);
  const OnDevice<float> dy(std::vector<float>{5, 6, 7, 8});
  cuda::relu_forward<float>(*cuda_stream(), {.size = 4, .x = x, .y = y});
  const auto values = y.to_host();
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[1], 0);
  EXPECT_EQ(values[2], 2);
  EXPECT_TRUE(std::isnan(values[3]));
  cuda::relu_backward<float>(*cuda_stream(), {.size = 4, .y = y, .dy = dy, .dx = dx});
  const auto gradient = dx.to_host();
  EXPECT_EQ(gradient[0], 0);
  EXPECT_EQ(gradient[1], 0);
  EXPECT_EQ(gradient[2], 7);
}

TEST_F(CudaKernels, DropoutHasTheCpusMask) {
  const std::int32_t step = 11;
  const OnDevice<std::int32_t> on_step(std::vector<std::int32_t>{step});
  const DropoutKey key{.seed = 7, .layer = 3, .step = on_step};
  for (const Index size : {1, 6, 1023, 5000}) {
    const auto x = random_floats(size, 1);
    const OnDevice<float> on_x(x);
    const auto y = the_same_each_time<float>([&] {
      OnDevice<float> to_y(size);
      cuda::dropout<float>(*cuda_stream(),
                           {.size = size, .p = 0.3, .key = key, .x = on_x, .y = to_y});
      return to_y.to_host();
    });
    std::vector<float> expected(x.size());
    cpu::dropout<float>(cpu_stream(), {.size = size,
                                       .p = 0.3,
                                       .key = {key.seed, key.layer, &step},
                                       .x = x.data(),
                                       .y = expected.data()});
    EXPECT_EQ(y, expected);
  }
}

TEST_F(CudaKernels, FillWritesEveryElementAndNoOther) {
  for (const Index size : {1, 3, 257, 70'000}) {
    OnDevice<float> y(std::vector<float>(static_cast<std::size_t>(size) + 1, 7));
    cuda::fill<float>(*cuda_stream(), {.size = size, .value = 0.1, .y = y});
    std::vector<float> expected(static_cast<std::size_t>(size), 0.1F);
    expected.push_back(7);
    EXPECT_EQ(y.to_host(), expected);
  }
  OnDevice<bfloat16> narrow(1);
  cuda::fill<bfloat16>(*cuda_stream(), {.size = 1, .value = 0.5, .y = narrow});
  EXPECT_EQ(to_float(narrow.to_host()[0]), 0.5F);
}

TEST_F(CudaKernels, LayoutsConvertAsOnTheCpu) {
  // In strips of 64 channels; in tiles, where the channels or the shared memory do not allow them.
  for (const ImageShape& s : {ImageShape{1, 1, 1, 1},
                              {2, 3, 5, 7},
                              {3, 4, 4, 64},
                              {2, 7, 7, 70},
                              {2, 7, 7, 128},
                              {1, 16, 16, 64}}) {
    const Index size = s.batch * s.height * s.width * s.channels;
    const auto x = random_floats(size, 1);
    const OnDevice<float> on_x(x);
    OnDevice<float> turned(size), back(size);
    cuda::nhwc_to_nchw<float>(*cuda_stream(), {.shape = s, .x = on_x, .y = turned});
    std::vector<float> expected(x.size());
    cpu::nhwc_to_nchw<float>(cpu_stream(), {.shape = s, .x = x.data(), .y = expected.data()});
    EXPECT_EQ(turned.to_host(), expected);
    cuda::nchw_to_nhwc<float>(*cuda_stream(), {.shape = s, .x = turned, .y = back});
    EXPECT_EQ(back.to_host(), x);
  }
}

// Windows that overlap, leave a rest, are larger than their stride; values that tie.
TEST_F(CudaKernels, MaxPoolMatchesTheCpu) {
  for (const Pool2dShape& s : kPool2dShapes) {
    auto x = random_floats(s.batch * s.in_height * s.in_width * s.channels, 1);
    for (float& value : x) {
      value = std::round(4 * value);
    }
    const Index results = s.batch * s.out_height() * s.out_width() * s.channels;
    const OnDevice<float> on_x(x);
    OnDevice<std::uint8_t> argmax(results);
    const auto y = the_same_each_time<float>([&] {
      OnDevice<float> to_y(results);
      cuda::max_pool2d_forward<float>(*cuda_stream(),
                                      {.shape = s, .x = on_x, .y = to_y, .argmax = argmax});
      return to_y.to_host();
    });
    std::vector<float> expected(y.size());
    std::vector<std::uint8_t> expected_argmax(y.size());
    cpu::max_pool2d_forward<float>(
        cpu_stream(),
        {.shape = s, .x = x.data(), .y = expected.data(), .argmax = expected_argmax.data()});
    EXPECT_EQ(y, expected);
    EXPECT_EQ(argmax.to_host(), expected_argmax);

    const auto dy = random_floats(results, 2);
    const OnDevice<float> on_dy(dy);
    const auto dx = the_same_each_time<float>([&] {
      OnDevice<float> to_dx(std::ssize(x));
      cuda::max_pool2d_backward<float>(*cuda_stream(),
                                       {.shape = s, .argmax = argmax, .dy = on_dy, .dx = to_dx});
      return to_dx.to_host();
    });
    const auto dy64 = to_doubles(dy);
    std::vector<double> truth(x.size());
    cpu::max_pool2d_backward<double>(
        cpu_stream(),
        {.shape = s, .argmax = expected_argmax.data(), .dy = dy64.data(), .dx = truth.data()});
    expect_close(dx, truth, kClose);
  }
}

}  // namespace
}  // namespace inkling
