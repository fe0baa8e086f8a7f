#include <span>
#include <vector>

#include "bench/case_builder.h"
#include "engine/device_array.h"
#include "kernels/kernels.h"

namespace inkling {
namespace {

template <class T>
void visit_flatten(const CaseBuilder<T>& build) {
  const ImageShape s{.batch = build.batch, .height = 7, .width = 7, .channels = 256};
  const Tensor x = build.random({build.batch, 7, 7, 256});
  Tensor y = build.random({build.batch, 12544});
  build.visit("flatten", 0, bytes_of({x, y}), [=, device = build.device]() mutable {
    pick(device.type(), cpu::nhwc_to_nchw<T>, cuda::nhwc_to_nchw<T>)(
        device.stream(), {.shape = s, .x = x.data<T>(), .y = y.data<T>()});
  });
}

template <class T>
void visit_vectors(const CaseBuilder<T>& build) {
  const Tensor x = build.random({build.batch, 512});
  Tensor y = build.random(x.shape());
  const Tensor step = Tensor::zeros({1}, Dtype::int32, build.device);
  build.visit("relu", 0, bytes_of({x, y}), [=, device = build.device]() mutable {
    pick(device.type(), cpu::relu_forward<T>, cuda::relu_forward<T>)(
        device.stream(), {.size = x.size(), .x = x.data<T>(), .y = y.data<T>()});
  });
  build.visit("dropout", 0, bytes_of({x, y}), [=, device = build.device]() mutable {
    pick(device.type(), cpu::dropout<T>, cuda::dropout<T>)(
        device.stream(), {.size = x.size(),
                          .p = 0.5,
                          .key = {.seed = 1, .layer = 1, .step = step.data<std::int32_t>()},
                          .x = x.data<T>(),
                          .y = y.data<T>()});
  });
}

template <class T>
void visit_cross_entropy(const CaseBuilder<T>& build) {
  const Tensor logits = build.random({build.batch, 10});
  const Tensor labels = Tensor::zeros({build.batch}, Dtype::uint8, build.device);
  Tensor probabilities = build.accum_zeros({build.batch, 10});
  Tensor loss = build.accum_zeros({1});
  Tensor correct = Tensor::zeros({1}, Dtype::int32, build.device);
  Tensor dlogits = build.random({build.batch, 10});
  build.visit("softmax + cross-entropy", 0, bytes_of({logits, labels, probabilities}),
              [=, device = build.device, batch = build.batch]() mutable {
                pick(device.type(), cpu::cross_entropy_forward<T>, cuda::cross_entropy_forward<T>)(
                    device.stream(), {.batch = batch,
                                      .classes = 10,
                                      .logits = logits.data<T>(),
                                      .labels = labels.data<std::uint8_t>(),
                                      .probabilities = probabilities.data<Accum<T>>(),
                                      .loss = loss.data<Accum<T>>(),
                                      .correct = correct.data<std::int32_t>()});
              });
  build.visit("cross-entropy gradient", 0, bytes_of({probabilities, labels, dlogits}),
              [=, device = build.device, batch = build.batch]() mutable {
                pick(device.type(), cpu::cross_entropy_backward<T>,
                     cuda::cross_entropy_backward<T>)(
                    device.stream(), {.batch = batch,
                                      .classes = 10,
                                      .probabilities = probabilities.data<Accum<T>>(),
                                      .labels = labels.data<std::uint8_t>(),
                                      .dloss = loss.data<Accum<T>>(),
                                      .dlogits = dlogits.data<T>()});
              });
}

template <class T>
void visit_gather(const CaseBuilder<T>& build) {
  const Tensor images = Tensor::zeros({build.batch, 784}, Dtype::uint8, build.device);
  const Tensor rows = Tensor::zeros({build.batch}, Dtype::int32, build.device);
  const Tensor step = Tensor::zeros({1}, Dtype::int32, build.device);
  Tensor y = build.random({build.batch, 784});
  auto arguments = [=, batch = build.batch]() mutable {
    return GatherBatch<T>{.batch = batch,
                          .pixels = 784,
                          .images = images.data<std::uint8_t>(),
                          .indices = rows.data<std::int32_t>(),
                          .y = y.data<T>()};
  };
  build.visit("gather", 0, bytes_of({images, y}), [=, device = build.device]() mutable {
    pick(device.type(), cpu::gather_batch<T>, cuda::gather_batch<T>)(device.stream(), arguments());
  });
  build.visit("gather + augmentation", 0, bytes_of({images, y}),
              [=, device = build.device]() mutable {
                pick(device.type(), cpu::augment_batch<T>, cuda::augment_batch<T>)(
                    device.stream(), {.gather = arguments(),
                                      .height = 28,
                                      .width = 28,
                                      .limits = {.rotation = 10, .shift = 2},
                                      .step = step.data<std::int32_t>()});
              });
}

// The weights are float32 whatever the activations are.
constexpr Index kParameters = 6926602;

void visit_adam(const Device& device, const VisitKernel& visit) {
  std::vector<Tensor> four;
  for (int i = 0; i < 3; ++i) {
    four.push_back(random_tensor({kParameters}, Dtype::float32, device));
  }
  // Squares: none is negative.
  four.push_back(Tensor::zeros({kParameters}, Dtype::float32, device));
  const AdamCoefficients<float> row{.step_size = 1e-5F, .second_scale = 1, .keep = 1};
  const auto coefficients =
      DeviceArray<AdamCoefficients<float>>::from_host(std::span(&row, 1), device);
  visit({"Adam, all parameters", Dtype::float32, 0, 28.0 * kParameters,
         [=]() mutable {
           const AdamTensor<float> tensor{four[0].data<float>(), four[1].data<float>(),
                                          four[2].data<float>(), four[3].data<float>(),
                                          kParameters};
           pick(device.type(), cpu::adam_update<float>, cuda::adam_update<float>)(
               device.stream(), {.tensors = std::span(&tensor, 1),
                                 .options = {},
                                 .coefficients = coefficients.data()});
         },
         nullptr, ""});
}

void visit_rounding(const Device& device, const VisitKernel& visit) {
  const Tensor x = random_tensor({kParameters}, Dtype::float32, device);
  Tensor y({kParameters}, Dtype::bfloat16, device);
  visit({"float32 → bf16, all parameters", Dtype::bfloat16, 0, 6.0 * kParameters,
         [=]() mutable {
           pick(device.type(), cpu::cast_to_bfloat16, cuda::cast_to_bfloat16)(
               device.stream(), {.size = x.size(), .x = x.data<float>(), .y = y.data<bfloat16>()});
         },
         nullptr, ""});
}

}  // namespace

template <class T>
void visit_streams(const CaseBuilder<T>& build) {
  visit_flatten(build);
  visit_vectors(build);
  visit_cross_entropy(build);
  visit_gather(build);
}
template void visit_streams(const CaseBuilder<float>&);
template void visit_streams(const CaseBuilder<bfloat16>&);

void visit_parameters(const Device& device, const VisitKernel& visit) {
  visit_adam(device, visit);
  if (device.type() == DeviceType::cuda) {
    visit_rounding(device, visit);
  }
}

}  // namespace inkling
