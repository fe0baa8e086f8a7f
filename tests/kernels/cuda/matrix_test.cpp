// Linear layers and convolutions: odd sizes, tails of every tile, batch 1, one channel, strides and paddings; in
// float32 on the CUDA cores, in bf16 on the tensor cores where the sizes allow it and on the CUDA cores elsewhere.
#include <sstream>

#include "tests/kernels/cuda/device.h"

namespace inkling {
namespace {

enum class Storage : std::uint8_t { float32, bf16 };
const auto kStorages = testing::Values(Storage::float32, Storage::bf16);

// body.operator()<T>(), for the storage's T.
template <class Body>
void with_storage(Storage storage, const Body& body) {
  storage == Storage::float32 ? body.template operator()<float>()
                              : body.template operator()<bfloat16>();
}

void PrintTo(const Storage& storage, std::ostream* out) {
  *out << (storage == Storage::float32 ? "float32" : "bf16");
}

std::string name_of(Storage storage) { return storage == Storage::float32 ? "float32" : "bf16"; }

// Rows, inputs, outputs: within a tile, its edges ± 1, several tiles, and split along K.
const LinearShape kLinearShapes[] = {{1, 1, 1},    {3, 5, 2},      {64, 16, 64},   {129, 33, 65},
                                     {1, 600, 10}, {17, 264, 136}, {130, 72, 200}, {2, 1032, 8}};

template <class T>
void check_linear_forward(const LinearShape& s, bool with_bias) {
  const auto x = random_storage<T>(s.batch * s.in_features, 1);
  const auto weight = random_storage<T>(s.out_features * s.in_features, 2);
  const auto bias = random_storage<Wide<T>>(s.out_features, 3);
  const OnDevice<T> on_x(x), on_weight(weight);
  const OnDevice<Wide<T>> on_bias(bias);
  const auto y = the_same_each_time<T>([&] {
    OnDevice<T> result(s.batch * s.out_features);
    cuda::linear_forward<T>(*cuda_stream(),
                            {.shape = s,
                             .x = on_x,
                             .weight = on_weight,
                             .bias = with_bias ? static_cast<const Wide<T>*>(on_bias) : nullptr,
                             .y = result});
    return result.to_host();
  });
  const auto x64 = to_doubles(x), weight64 = to_doubles(weight), bias64 = to_doubles(bias);
  std::vector<double> truth(y.size());
  cpu::linear_forward<double>(cpu_stream(), {.shape = s,
                                             .x = x64.data(),
                                             .weight = weight64.data(),
                                             .bias = with_bias ? bias64.data() : nullptr,
                                             .y = truth.data()});
  expect_close(y, truth, kTolerance<T>);
}

template <class T>
void check_linear_backward(const LinearShape& s) {
  const auto x = random_storage<T>(s.batch * s.in_features, 1);
  const auto weight = random_storage<T>(s.out_features * s.in_features, 2);
  const auto dy = random_storage<T>(s.batch * s.out_features, 3);
  const OnDevice<T> on_x(x), on_weight(weight), on_dy(dy);
  std::vector<Wide<T>> dweight, dbias;
  const auto dx = the_same_each_time<T>([&] {
    OnDevice<T> to_dx(std::ssize(x));
    OnDevice<Wide<T>> to_dweight(std::ssize(weight)), to_dbias(s.out_features);
    cuda::linear_backward<T>(*cuda_stream(), {.shape = s,
                                              .x = on_x,
                                              .weight = on_weight,
                                              .dy = on_dy,
                                              .dx = to_dx,
                                              .dweight = to_dweight,
                                              .dbias = to_dbias});
    dweight = to_dweight.to_host();
    dbias = to_dbias.to_host();
    return to_dx.to_host();
  });
  const auto x64 = to_doubles(x), weight64 = to_doubles(weight), dy64 = to_doubles(dy);
  std::vector<double> true_dx(x.size()), true_dweight(weight.size()), true_dbias(dbias.size());
  cpu::linear_backward<double>(cpu_stream(), {.shape = s,
                                              .x = x64.data(),
                                              .weight = weight64.data(),
                                              .dy = dy64.data(),
                                              .dx = true_dx.data(),
                                              .dweight = true_dweight.data(),
                                              .dbias = true_dbias.data()});
  expect_close(dx, true_dx, kTolerance<T>);
  expect_close(dweight, true_dweight, kTolerance<float>);
  expect_close(dbias, true_dbias, kTolerance<float>);
}

class CudaLinear : public CudaKernels,
                   public testing::WithParamInterface<std::tuple<Storage, LinearShape>> {
 public:
  static std::string name(const testing::TestParamInfo<ParamType>& info) {
    const auto& [storage, s] = info.param;
    std::ostringstream name;
    name << name_of(storage) << "_" << s.batch << "x" << s.in_features << "_to_" << s.out_features;
    return name.str();
  }
};

TEST_P(CudaLinear, MatchesTheCpuInFloat64) {
  const auto& [storage, shape] = GetParam();
  with_storage(storage, [&s = shape]<class T> {
    check_linear_forward<T>(s, true);
    check_linear_forward<T>(s, false);
    check_linear_backward<T>(s);
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudaLinear,
                         testing::Combine(kStorages, testing::ValuesIn(kLinearShapes)),
                         CudaLinear::name);

// batch, height, width, in, out, kernel, stride, padding.
const Conv2dShape kConvShapes[] = {
    {1, 1, 1, 1, 1, 1, 1, 0},    {1, 28, 28, 1, 8, 3, 1, 1}, {2, 7, 9, 5, 3, 3, 2, 1},
    {3, 6, 4, 2, 7, 2, 1, 0},    {1, 11, 8, 3, 2, 5, 3, 2},  {2, 2, 2, 1, 1, 4, 1, 3},
    {2, 9, 7, 8, 16, 3, 1, 1},   {1, 8, 8, 16, 72, 3, 1, 1}, {5, 5, 6, 24, 8, 3, 2, 1},
    {1, 6, 6, 40, 136, 1, 1, 0},
};

// One convolution, forward and backward, on the device and in float64.
template <class T>
class Convolution {
 public:
  Convolution(const Conv2dShape& given_shape, Fused given_fused)
      : shape_(given_shape),
        fused_(given_fused),
        x_(random_storage<T>(shape_.batch * shape_.in_height * shape_.in_width * shape_.in_channels,
                             1)),
        weight_(random_storage<T>(shape_.patch() * shape_.out_channels, 2)),
        bias_(random_storage<Wide<T>>(shape_.out_channels, 3)) {
    const Index shrink = fused_ == Fused::relu_pool ? 2 : 1;
    results_ = shape_.batch * (shape_.out_height() / shrink) * (shape_.out_width() / shrink) *
               shape_.out_channels;
    choices_ = results_ / shape_.out_channels * choice_bytes(shape_.out_channels);
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
    const OnDevice<Wide<T>> on_bias(bias_);
    const auto y = the_same_each_time<T>([&] {
      OnDevice<T> to_y(results_);
      OnDevice<std::uint8_t> to_choice(choices_);
      cuda::conv2d_forward<T>(*cuda_stream(), {.shape = shape_,
                                               .fused = fused_,
                                               .x = on_x,
                                               .weight = on_weight,
                                               .bias = on_bias,
                                               .y = to_y,
                                               .choice = to_choice});
      if (fused_ == Fused::relu_pool) {
        choice_ = to_choice.to_host();
      }
      return to_y.to_host();
    });
    y_ = y;
    std::vector<double> truth(y.size());
    std::vector<std::uint8_t> true_choice(static_cast<std::size_t>(choices_));
    cpu::conv2d_forward<double>(cpu_stream(), {.shape = shape_,
                                               .fused = fused_,
                                               .x = x64_.data(),
                                               .weight = weight64_.data(),
                                               .bias = bias64_.data(),
                                               .y = truth.data(),
                                               .choice = true_choice.data()});
    expect_close(y, truth, kTolerance<T>);
    for (std::size_t i = 0; fused_ == Fused::relu_pool && i < y.size(); ++i) {
      // Where all four are rectified to 0, no gradient passes and any choice is right.
      const auto pixel = static_cast<Index>(i) / shape_.out_channels;
      const auto channel = static_cast<Index>(i) % shape_.out_channels;
      EXPECT_TRUE(truth[i] == 0 ||
                  choice_at(choice_.data(), pixel, shape_.out_channels, channel) ==
                      choice_at(true_choice.data(), pixel, shape_.out_channels, channel))
          << "at " << i;
    }
  }

  void check_backward() {
    const auto dy = random_storage<T>(results_, 4);
    const OnDevice<T> on_x(x_), on_weight(weight_), on_y(y_), on_dy(dy);
    const OnDevice<std::uint8_t> on_choice(choice_);
    std::vector<Wide<T>> dweight, dbias;
    const auto dx = the_same_each_time<T>([&] {
      OnDevice<T> to_dx(std::ssize(x_));
      OnDevice<Wide<T>> to_dweight(std::ssize(weight_)), to_dbias(std::ssize(bias_));
      cuda::conv2d_backward<T>(*cuda_stream(), {.shape = shape_,
                                                .fused = fused_,
                                                .x = on_x,
                                                .weight = on_weight,
                                                .y = on_y,
                                                .choice = on_choice,
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
                                                .fused = fused_,
                                                .x = x64_.data(),
                                                .weight = weight64_.data(),
                                                .y = y64.data(),
                                                .choice = choice_.data(),
                                                .dy = dy64.data(),
                                                .dx = true_dx.data(),
                                                .dweight = true_dweight.data(),
                                                .dbias = true_dbias.data()});
    expect_close(dx, true_dx, kTolerance<T>);
    expect_close(dweight, true_dweight, kTolerance<float>);
    expect_close(dbias, true_dbias, kTolerance<float>);
  }

  Conv2dShape shape_;
  Fused fused_;
  std::vector<T> x_, weight_, y_;
  std::vector<Wide<T>> bias_;
  std::vector<double> x64_ = to_doubles(x_), weight64_ = to_doubles(weight_),
                      bias64_ = to_doubles(bias_);
  std::vector<std::uint8_t> choice_;
  Index results_ = 0;
  Index choices_ = 0;
};

class CudaConvolution
    : public CudaKernels,
      public testing::WithParamInterface<std::tuple<Storage, Fused, Conv2dShape>> {
 public:
  static std::string name(const testing::TestParamInfo<ParamType>& info) {
    const auto& [storage, fused, s] = info.param;
    std::ostringstream name;
    name << name_of(storage)
         << (fused == Fused::none   ? "_"
             : fused == Fused::relu ? "_relu_"
                                    : "_relu_pool_")
         << s.batch << "x" << s.in_height << "x" << s.in_width << "x" << s.in_channels << "_to_"
         << s.out_channels << "_kernel" << s.kernel << "_stride" << s.stride << "_padding"
         << s.padding;
    return name.str();
  }
};

TEST_P(CudaConvolution, MatchesTheCpuInFloat64) {
  const auto& [storage, fused, shape] = GetParam();
  if (fused == Fused::relu_pool && (shape.out_height() < 2 || shape.out_width() < 2)) {
    return;  // no window fits: the engine refuses such a network
  }
  with_storage(storage, [&s = shape, f = fused]<class T> { Convolution<T>(s, f).check(); });
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CudaConvolution,
    testing::Combine(kStorages, testing::Values(Fused::none, Fused::relu, Fused::relu_pool),
                     testing::ValuesIn(kConvShapes)),
    CudaConvolution::name);

}  // namespace
}  // namespace inkling
