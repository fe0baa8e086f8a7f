#include "bench/kernel_cases.h"

#include <span>

#include "kernels/kernels.h"
#include "kernels/philox.h"

namespace inkling {
namespace {

double bytes_of(std::initializer_list<Tensor> tensors) {
  double sum = 0;
  for (const Tensor& tensor : tensors) {
    sum += static_cast<double>(tensor.bytes());
  }
  return sum;
}

// Small random numbers: a GPU that multiplies zeros draws less power and clocks higher.
Tensor random_tensor(const Shape& shape, Dtype dtype, const Device& device) {
  const Index count = element_count(shape);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const Philox4 random = random4(1, RandomUse::test, 0, 0, static_cast<std::uint32_t>(i / 4));
    for (std::size_t j = i; j < std::min(i + 4, values.size()); ++j) {
      values[j] = uniform01(random.word[j - i]) - 0.5F;
    }
  }
  Tensor wide = Tensor::from_host<float>(shape, values, device);
  if (dtype == Dtype::float32) {
    return wide;
  }
  Tensor rounded(shape, dtype, device);
  pick(device.type(), cpu::round_to_bfloat16, cuda::round_to_bfloat16)(
      device.stream(), count, wide.data<float>(), rounded.data<bfloat16>());
  return rounded;
}

// Adds the cases of one precision.
template <class T>
class Cases {
 public:
  Cases(const Device& device, Index batch, Peers& peers, std::vector<KernelCase>& all)
      : device_(device), batch_(batch), peers_(peers), all_(all) {}

  void add_all() {
    add_convolution("conv1", 28, 1, 64, Fused::relu);
    add_convolution("conv2", 28, 64, 128, Fused::relu_pool);
    add_convolution("conv3", 14, 128, 256, Fused::relu_pool);
    add_flatten();
    add_linear("fc1", 12544, 512);
    add_linear("fc2", 512, 256);
    add_linear("fc3", 256, 10);
    add_vectors();
    add_cross_entropy();
    add_gather();
  }

 private:
  static constexpr Dtype kDtype = kDtypeOf<T>;

  Tensor random(const Shape& shape) const { return random_tensor(shape, kDtype, device_); }
  Tensor wide_zeros(const Shape& shape) const {
    return Tensor::zeros(shape, wide(kDtype), device_);
  }

  void add(const std::string& name, double flops, double bytes, std::function<void()> ours,
           std::function<void()> peer = nullptr, const char* peer_name = "") {
    all_.push_back({name, kDtype, flops, bytes, std::move(ours), std::move(peer), peer_name});
  }

  void add_convolution(const std::string& name, Index side, Index in, Index out, Fused fused) {
    const Conv2dShape s{.batch = batch_,
                        .in_height = side,
                        .in_width = side,
                        .in_channels = in,
                        .out_channels = out,
                        .kernel = 3,
                        .stride = 1,
                        .padding = 1};
    const Index stored = fused == Fused::relu_pool ? side / 2 : side;
    const Tensor x = random({batch_, side, side, in});
    const Tensor weight = random({3, 3, in, out});
    const Tensor bias = wide_zeros({out});
    Tensor y = random({batch_, stored, stored, out});
    Tensor choice =
        Tensor::zeros({batch_, stored, stored, choice_bytes(out)}, Dtype::uint8, device_);
    const Tensor dy = random(y.shape());
    Tensor dx = random(x.shape());
    Tensor dweight = wide_zeros(weight.shape());
    Tensor dbias = wide_zeros({out});
    const double flops = 2.0 * static_cast<double>(batch_ * side * side * out * s.patch());
    const bool pooled = fused == Fused::relu_pool;
    const double gradient_bytes = bytes_of({dy, y}) + (pooled ? bytes_of({choice}) : 0);

    const Tensor full = random({batch_, side, side, out});  // what cuDNN writes, before any pool
    add(
        name + (pooled ? " + relu + pool" : " + relu"), flops,
        bytes_of({x, weight, y}) + (pooled ? bytes_of({choice}) : 0),
        [=, device = device_]() mutable {
          pick(device.type(), cpu::conv2d_forward<T>, cuda::conv2d_forward<T>)(
              device.stream(), {.shape = s,
                                .fused = fused,
                                .x = x.data<T>(),
                                .weight = weight.data<T>(),
                                .bias = bias.data<Wide<T>>(),
                                .y = y.data<T>(),
                                .choice = choice.data<std::uint8_t>()});
        },
        peers_.convolution(Peers::Pass::forward, s, x, weight, full), "cuDNN, convolution alone");
    auto backward = [=, device = device_](bool data, bool weights) mutable {
      pick(device.type(), cpu::conv2d_backward<T>, cuda::conv2d_backward<T>)(
          device.stream(), {.shape = s,
                            .fused = fused,
                            .x = x.data<T>(),
                            .weight = weight.data<T>(),
                            .y = y.data<T>(),
                            .choice = choice.data<std::uint8_t>(),
                            .dy = dy.data<T>(),
                            .dx = data ? dx.data<T>() : nullptr,
                            .dweight = weights ? dweight.data<Wide<T>>() : nullptr,
                            .dbias = weights ? dbias.data<Wide<T>>() : nullptr});
    };
    if (in > 1) {
      add(
          name + " data gradient", flops, gradient_bytes + bytes_of({weight, dx}),
          [=]() mutable { backward(true, false); },
          peers_.convolution(Peers::Pass::data_gradient, s, x, weight, full),
          "cuDNN, convolution alone");
    }
    add(
        name + " weight gradient", flops, gradient_bytes + bytes_of({x, dweight}),
        [=]() mutable { backward(false, true); },
        peers_.convolution(Peers::Pass::weight_gradient, s, x, weight, full),
        "cuDNN, convolution alone");
  }

  void add_linear(const std::string& name, Index in, Index out) {
    const LinearShape s{.batch = batch_, .in_features = in, .out_features = out};
    const Tensor x = random({batch_, in});
    const Tensor weight = random({out, in});
    const Tensor bias = wide_zeros({out});
    Tensor y = random({batch_, out});
    const Tensor dy = random(y.shape());
    Tensor dx = random(x.shape());
    Tensor dweight = wide_zeros(weight.shape());
    Tensor dbias = wide_zeros({out});
    const double flops = 2.0 * static_cast<double>(batch_ * in * out);
    add(
        name, flops, bytes_of({x, weight, y}),
        [=, device = device_]() mutable {
          pick(device.type(), cpu::linear_forward<T>, cuda::linear_forward<T>)(
              device.stream(), {.shape = s,
                                .x = x.data<T>(),
                                .weight = weight.data<T>(),
                                .bias = bias.data<Wide<T>>(),
                                .y = y.data<T>()});
        },
        peers_.product({.m = batch_, .n = out, .k = in, .b_transposed = true}, x, weight, y),
        "cuBLAS");
    auto backward = [=, device = device_](bool data, bool weights) mutable {
      pick(device.type(), cpu::linear_backward<T>, cuda::linear_backward<T>)(
          device.stream(), {.shape = s,
                            .x = x.data<T>(),
                            .weight = weight.data<T>(),
                            .dy = dy.data<T>(),
                            .dx = data ? dx.data<T>() : nullptr,
                            .dweight = weights ? dweight.data<Wide<T>>() : nullptr,
                            .dbias = weights ? dbias.data<Wide<T>>() : nullptr});
    };
    add(
        name + " data gradient", flops, bytes_of({dy, weight, dx}),
        [=]() mutable { backward(true, false); },
        peers_.product({.m = batch_, .n = in, .k = out}, dy, weight, dx), "cuBLAS");
    add(
        name + " weight gradient", flops, bytes_of({dy, x, dweight}),
        [=]() mutable { backward(false, true); },
        peers_.product({.m = out, .n = in, .k = batch_, .a_transposed = true}, dy, x, dweight),
        "cuBLAS");
  }

  void add_flatten() {
    const ImageShape s{.batch = batch_, .height = 7, .width = 7, .channels = 256};
    const Tensor x = random({batch_, 7, 7, 256});
    Tensor y = random({batch_, 12544});
    add("flatten", 0, bytes_of({x, y}), [=, device = device_]() mutable {
      pick(device.type(), cpu::nhwc_to_nchw<T>, cuda::nhwc_to_nchw<T>)(device.stream(), s,
                                                                       x.data<T>(), y.data<T>());
    });
  }

  void add_vectors() {
    const Tensor x = random({batch_, 512});
    Tensor y = random(x.shape());
    const Tensor step = Tensor::zeros({1}, Dtype::int32, device_);
    add("relu", 0, bytes_of({x, y}), [=, device = device_]() mutable {
      pick(device.type(), cpu::relu_forward<T>, cuda::relu_forward<T>)(device.stream(), x.size(),
                                                                       x.data<T>(), y.data<T>());
    });
    add("dropout", 0, bytes_of({x, y}), [=, device = device_]() mutable {
      pick(device.type(), cpu::dropout<T>, cuda::dropout<T>)(
          device.stream(), x.size(), 0.5,
          {.seed = 1, .layer = 1, .step = step.data<std::int32_t>()}, x.data<T>(), y.data<T>());
    });
  }

  void add_cross_entropy() {
    const Tensor logits = random({batch_, 10});
    const Tensor labels = Tensor::zeros({batch_}, Dtype::uint8, device_);
    Tensor probabilities = wide_zeros({batch_, 10});
    Tensor loss = wide_zeros({1});
    Tensor correct = Tensor::zeros({1}, Dtype::int32, device_);
    add("softmax + cross-entropy", 0, bytes_of({logits, labels, probabilities}),
        [=, device = device_, batch = batch_]() mutable {
          pick(device.type(), cpu::cross_entropy_forward<T>, cuda::cross_entropy_forward<T>)(
              device.stream(), {.batch = batch,
                                .classes = 10,
                                .logits = logits.data<T>(),
                                .labels = labels.data<std::uint8_t>(),
                                .probabilities = probabilities.data<Wide<T>>(),
                                .loss = loss.data<Wide<T>>(),
                                .correct = correct.data<std::int32_t>()});
        });
  }

  void add_gather() {
    const Tensor images = Tensor::zeros({batch_, 784}, Dtype::uint8, device_);
    const Tensor rows = Tensor::zeros({batch_}, Dtype::int32, device_);
    const Tensor step = Tensor::zeros({1}, Dtype::int32, device_);
    Tensor y = random({batch_, 784});
    auto arguments = [=, batch = batch_]() mutable {
      return GatherBatch<T>{.batch = batch,
                            .pixels = 784,
                            .images = images.data<std::uint8_t>(),
                            .indices = rows.data<std::int32_t>(),
                            .y = y.data<T>()};
    };
    add("gather", 0, bytes_of({images, y}), [=, device = device_]() mutable {
      pick(device.type(), cpu::gather_batch<T>, cuda::gather_batch<T>)(device.stream(),
                                                                       arguments());
    });
    add("gather + augmentation", 0, bytes_of({images, y}), [=, device = device_]() mutable {
      pick(device.type(), cpu::augment_batch<T>, cuda::augment_batch<T>)(
          device.stream(), {.gather = arguments(),
                            .height = 28,
                            .width = 28,
                            .most = {.rotation = 10, .shift = 2},
                            .step = step.data<std::int32_t>()});
    });
  }

  Device device_;
  Index batch_;
  Peers& peers_;
  std::vector<KernelCase>& all_;
};

// The weights are float32 whatever the activations are.
constexpr Index kParameters = 6926602;

void add_adam(const Device& device, std::vector<KernelCase>& all) {
  std::vector<Tensor> four;
  for (int i = 0; i < 3; ++i) {
    four.push_back(random_tensor({kParameters}, Dtype::float32, device));
  }
  four.push_back(
      Tensor::zeros({kParameters}, Dtype::float32, device));  // squares: none is negative
  const Tensor coefficients =
      Tensor::from_host<float>({3}, std::vector<float>{1e-5F, 1, 1}, device);
  all.push_back(
      {"Adam, all parameters", Dtype::float32, 0, 28.0 * kParameters,
       [=]() mutable {
         const AdamTensor<float> tensor{four[0].data<float>(), four[1].data<float>(),
                                        four[2].data<float>(), four[3].data<float>(), kParameters};
         pick(device.type(), cpu::adam_update<float>, cuda::adam_update<float>)(
             device.stream(), std::span(&tensor, 1), {},
             reinterpret_cast<const AdamCoefficients<float>*>(coefficients.data<float>()));
       },
       nullptr, ""});
}

void add_rounding(const Device& device, std::vector<KernelCase>& all) {
  const Tensor x = random_tensor({kParameters}, Dtype::float32, device);
  Tensor y({kParameters}, Dtype::bfloat16, device);
  all.push_back({"float32 → bf16, all parameters", Dtype::bfloat16, 0, 6.0 * kParameters,
                 [=]() mutable {
                   pick(device.type(), cpu::round_to_bfloat16, cuda::round_to_bfloat16)(
                       device.stream(), x.size(), x.data<float>(), y.data<bfloat16>());
                 },
                 nullptr, ""});
}

}  // namespace

std::vector<KernelCase> kernel_cases(const Device& device, Index batch, Peers& peers) {
  std::vector<KernelCase> all;
  Cases<float>(device, batch, peers, all).add_all();
  add_adam(device, all);
  if (device.type() == DeviceType::cuda) {
    Cases<bfloat16>(device, batch, peers, all).add_all();
    add_rounding(device, all);
  }
  return all;
}

}  // namespace inkling
