// Convolutions: odd sizes, tails of every tile, batch 1, one channel, strides and paddings, several
// tiles; in float32 on the CUDA cores, in bf16 on the tensor cores where the sizes allow it and on
// the CUDA cores elsewhere.
#include <sstream>

#include "kernels/shapes.h"
#include "tests/kernels/cuda/storage.h"

namespace inkling {
namespace {

// One convolution, forward and backward, on the device and in float64.
template <class T>
class Convolution {
 public:
  Convolution(const Conv2dShape& given_shape, Epilogue given_epilogue)
      : shape_(given_shape),
        epilogue_(given_epilogue),
        x_(random_storage<T>(shape_.batch * shape_.in_height * shape_.in_width * shape_.in_channels,
                             1)),
        weight_(random_storage<T>(shape_.patch() * shape_.out_channels, 2)),
        bias_(random_storage<Accum<T>>(shape_.out_channels, 3)) {
    const Index shrink = epilogue_ == Epilogue::relu_pool ? 2 : 1;
    results_ = shape_.batch * (shape_.out_height() / shrink) * (shape_.out_width() / shrink) *
               shape_.out_channels;
    argmax_bytes_ = results_ / shape_.out_channels * packed_argmax_bytes(shape_.out_channels);
  }

  void check() {
    check_forward();
    if (!testing::Test::HasFailure()) {
      check_backward();
    }
  }

 private:
  void check_forward() {
    const OnDevice<T> on_x(x_), on_weight(weight_);
    const OnDevice<Accum<T>> on_bias(bias_);
    const auto y = the_same_each_time<T>([&] {
      OnDevice<T> to_y(results_);
      OnDevice<std::uint8_t> to_argmax(argmax_bytes_);
      cuda::conv2d_forward<T>(*cuda_stream(), {.shape = shape_,
                                               .epilogue = epilogue_,
                                               .x = on_x,
                                               .weight = on_weight,
                                               .bias = on_bias,
                                               .y = to_y,
                                               .argmax = to_argmax});
      if (epilogue_ == Epilogue::relu_pool) {
        argmax_ = to_argmax.to_host();
      }
      return to_y.to_host();
    });
    y_ = y;
    std::vector<double> truth(y.size());
    std::vector<std::uint8_t> expected_argmax(static_cast<std::size_t>(argmax_bytes_));
    cpu::conv2d_forward<double>(cpu_stream(), {.shape = shape_,
                                               .epilogue = epilogue_,
                                               .x = x64_.data(),
                                               .weight = weight64_.data(),
                                               .bias = bias64_.data(),
                                               .y = truth.data(),
                                               .argmax = expected_argmax.data()});
    expect_close(y, truth, kTolerance<T>);
    for (std::size_t i = 0; epilogue_ == Epilogue::relu_pool && i < y.size(); ++i) {
      // Where all four are rectified to 0, no gradient passes and any choice is right.
      const auto pixel = static_cast<Index>(i) / shape_.out_channels;
      const auto channel = static_cast<Index>(i) % shape_.out_channels;
      EXPECT_TRUE(truth[i] == 0 ||
                  unpack_argmax(argmax_.data(), pixel, shape_.out_channels, channel) ==
                      unpack_argmax(expected_argmax.data(), pixel, shape_.out_channels, channel))
          << "at " << i;
    }
  }

  void check_backward() {
    const auto dy = random_storage<T>(results_, 4);
    const OnDevice<T> on_x(x_), on_weight(weight_), on_y(y_), on_dy(dy);
    const OnDevice<std::uint8_t> on_argmax(argmax_);
    std::vector<Accum<T>> dweight, dbias;
    const auto dx = the_same_each_time<T>([&] {
      OnDevice<T> to_dx(std::ssize(x_));
      OnDevice<Accum<T>> to_dweight(std::ssize(weight_)), to_dbias(std::ssize(bias_));
      cuda::conv2d_backward<T>(*cuda_stream(), {.shape = shape_,
                                                .epilogue = epilogue_,
                                                .x = on_x,
                                                .weight = on_weight,
                                                .y = on_y,
                                                .argmax = on_argmax,
                                                .dy = on_dy,
                                                .dx = to_dx,
                                                .dweight = to_dweight,
                                                .dbias = to_dbias});
      dweight = to_dweight.to_host();
      dbias = to_dbias.to_host();
      return to_dx.to_host();
    });
    const auto y64 = to_doubles(y_), dy64 = to_doubles(dy);
    std::vector<double> true_dx(x_.size()), true_dweight(weight_.size()), true_dbias(bias_.size());
    cpu::conv2d_backward<double>(cpu_stream(), {.shape = shape_,
                                                .epilogue = epilogue_,
                                                .x = x64_.data(),
                                                .weight = weight64_.data(),
                                                .y = y64.data(),
                                                .argmax = argmax_.data(),
                                                .dy = dy64.data(),
                                                .dx = true_dx.data(),
                                                .dweight = true_dweight.data(),
                                                .dbias = true_dbias.data()});
    expect_close(dx, true_dx, kTolerance<T>);
    expect_close(dweight, true_dweight, kTolerance<float>);
    expect_close(dbias, true_dbias, kTolerance<float>);
    if (shape_.in_channels == 1) {
      check_first_layer(dy, true_dweight, true_dbias);
    }
  }

  // A first layer needs no gradient of its input, and has a kernel of its own for the others.
  void check_first_layer(const std::vector<T>& dy, const std::vector<double>& true_dweight,
                         const std::vector<double>& true_dbias) {
    const OnDevice<T> on_x(x_), on_weight(weight_), on_y(y_), on_dy(dy);
    const OnDevice<std::uint8_t> on_argmax(argmax_);
    std::vector<Accum<T>> dbias;
    const auto dweight = the_same_each_time<Accum<T>>([&] {
      OnDevice<Accum<T>> to_dweight(std::ssize(weight_)), to_dbias(std::ssize(bias_));
      cuda::conv2d_backward<T>(*cuda_stream(), {.shape = shape_,
                                                .epilogue = epilogue_,
                                                .x = on_x,
                                                .weight = on_weight,
                                                .y = on_y,
                                                .argmax = on_argmax,
                                                .dy = on_dy,
                                                .dx = nullptr,
                                                .dweight = to_dweight,
                                                .dbias = to_dbias});
      dbias = to_dbias.to_host();
      return to_dweight.to_host();
    });
    expect_close(dweight, true_dweight, kTolerance<float>);
    expect_close(dbias, true_dbias, kTolerance<float>);
  }

  Conv2dShape shape_;
  Epilogue epilogue_;
  std::vector<T> x_, weight_, y_;
  std::vector<Accum<T>> bias_;
  std::vector<double> x64_ = to_doubles(x_), weight64_ = to_doubles(weight_),
                      bias64_ = to_doubles(bias_);
  std::vector<std::uint8_t> argmax_;
  Index results_ = 0;
  Index argmax_bytes_ = 0;
};

class CudaConvolution
    : public CudaKernels,
      public testing::WithParamInterface<std::tuple<Storage, Epilogue, Conv2dShape>> {
 public:
  static std::string name(const testing::TestParamInfo<ParamType>& info) {
    const auto& [storage, epilogue, s] = info.param;
    std::ostringstream name;
    name << name_of(storage)
         << (epilogue == Epilogue::none   ? "_"
             : epilogue == Epilogue::relu ? "_relu_"
                                          : "_relu_pool_")
         << s.batch << "x" << s.in_height << "x" << s.in_width << "x" << s.in_channels << "_to_"
         << s.out_channels << "_kernel" << s.kernel << "_stride" << s.stride << "_padding"
         << s.padding;
    return name.str();
  }
};

TEST_P(CudaConvolution, MatchesTheCpuInFloat64) {
  const auto& [storage, epilogue, shape] = GetParam();
  if (epilogue == Epilogue::relu_pool && (shape.out_height() < 2 || shape.out_width() < 2)) {
    return;  // no window fits: the engine refuses such a network
  }
  with_storage(storage, [&s = shape, f = epilogue]<class T> { Convolution<T>(s, f).check(); });
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudaConvolution,
                         testing::Combine(kStorages,
                                          testing::Values(Epilogue::none, Epilogue::relu,
                                                          Epilogue::relu_pool),
                                          testing::ValuesIn(kConv2dShapes)),
                         CudaConvolution::name);

// A first layer's own kernels: rows that end within a run of pixels, channels that leave threads
// idle.
INSTANTIATE_TEST_SUITE_P(OneChannel, CudaConvolution,
                         testing::Combine(kStorages,
                                          testing::Values(Epilogue::none, Epilogue::relu),
                                          testing::Values(Conv2dShape{2, 5, 7, 1, 24, 3, 1, 1},
                                                          Conv2dShape{2, 7, 8, 1, 8, 3, 1, 0})),
                         CudaConvolution::name);

// More channels than a block of the epilogue's gradient takes.
INSTANTIATE_TEST_SUITE_P(ManyChannels, CudaConvolution,
                         testing::Combine(testing::Values(Storage::bf16),
                                          testing::Values(Epilogue::relu, Epilogue::relu_pool),
                                          testing::Values(Conv2dShape{1, 3, 4, 8, 2056, 3, 1, 1})),
                         CudaConvolution::name);

}  // namespace
}  // namespace inkling
