// Kernels that reckon in float32 whatever they store: in bf16 each must give what it gives in
// float32 on the same numbers, rounded once at the end, bit for bit.
#include <bit>

#include "tests/kernels/cuda/device.h"

namespace inkling {
namespace {

std::vector<float> widened(const std::vector<bfloat16>& values) {
  std::vector<float> result;
  for (const bfloat16 value : values) {
    result.push_back(to_float(value));
  }
  return result;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// run.operator()<T>(x, y) writes `results` numbers to y from x, on the device.
template <class Run>
void check_rounded_once(Index size, Index results, const Run& run) {
  const auto x = random_storage<bfloat16>(size, 1);
  const OnDevice<bfloat16> on_x(x);
  const OnDevice<float> on_wide(widened(x));
  OnDevice<bfloat16> y(results);
  OnDevice<float> wide(results);
  run.template operator()<bfloat16>(on_x, y);
  run.template operator()<float>(on_wide, wide);
  EXPECT_TRUE(same_bits(y.to_host(), [&] {
    std::vector<bfloat16> rounded;
    for (const float value : wide.to_host()) {
      rounded.push_back(to_bfloat16(value));
    }
    return rounded;
  }()));
}

TEST_F(CudaKernels, Bf16ElementwiseIsFloat32RoundedOnce) {
  const Stream& stream = *cuda_stream();
  constexpr Index kSize = 2051;
  check_rounded_once(kSize, kSize, [&]<class T>(const T* x, T* y) {
    cuda::relu_forward<T>(stream, {.size = kSize, .x = x, .y = y});
  });
  check_rounded_once(kSize, kSize, [&]<class T>(const T* x, T* y) {
    cuda::relu_backward<T>(stream, {.size = kSize, .y = x, .dy = x, .dx = y});
  });
  check_rounded_once(kSize, kSize, [&]<class T>(const T* x, T* y) {
    cuda::copy(stream, x, y, kSize * sizeof(T));
    cuda::accumulate<T>(stream, {.size = kSize, .x = x, .y = y});
  });
  const OnDevice<std::int32_t> step(std::vector<std::int32_t>{3});
  check_rounded_once(kSize, kSize, [&]<class T>(const T* x, T* y) {
    cuda::dropout<T>(
        stream,
        {.size = kSize, .p = 0.25, .key = {.seed = 1, .layer = 2, .step = step}, .x = x, .y = y});
  });
}

TEST_F(CudaKernels, Bf16LayoutAndPoolAreFloat32RoundedOnce) {
  const Stream& stream = *cuda_stream();
  for (const ImageShape& image : {ImageShape{2, 6, 8, 37}, {2, 7, 7, 128}}) {  // tiles, strips
    const Index size = image.batch * image.height * image.width * image.channels;
    check_rounded_once(size, size, [&]<class T>(const T* x, T* y) {
      cuda::nhwc_to_nchw<T>(stream, {.shape = image, .x = x, .y = y});
    });
    check_rounded_once(size, size, [&]<class T>(const T* x, T* y) {
      cuda::nchw_to_nhwc<T>(stream, {.shape = image, .x = x, .y = y});
    });
  }
  constexpr Index kSize = 2 * 6 * 8 * 37;
  const Pool2dShape pool{2, 6, 8, 37, 3, 2};
  OnDevice<std::uint8_t> argmax(2 * 2 * 3 * 37);
  check_rounded_once(kSize, 2 * 2 * 3 * 37, [&]<class T>(const T* x, T* y) {
    cuda::max_pool2d_forward<T>(stream, {.shape = pool, .x = x, .y = y, .argmax = argmax});
  });
  check_rounded_once(2 * 2 * 3 * 37, kSize, [&]<class T>(const T* dy, T* dx) {
    cuda::max_pool2d_backward<T>(stream, {.shape = pool, .argmax = argmax, .dy = dy, .dx = dx});
  });
}

TEST_F(CudaKernels, Bf16LossIsFloat32sOnTheSameLogits) {
  const Stream& stream = *cuda_stream();
  constexpr Index kBatch = 65;
  constexpr Index kClasses = 10;
  const OnDevice<std::uint8_t> labels(std::vector<std::uint8_t>(kBatch, 4));
  const OnDevice<float> dloss(std::vector<float>{0.75F});
  const auto logits = random_storage<bfloat16>(kBatch * kClasses, 1);
  const OnDevice<bfloat16> on_logits(logits);
  const OnDevice<float> on_wide(widened(logits));
  OnDevice<float> probabilities(kBatch * kClasses), wide_probabilities(kBatch * kClasses);
  OnDevice<float> loss(1), wide_loss(1), softmax(kBatch * kClasses);
  const auto forward = [&]<class T>(const T* x, OnDevice<float>& p, OnDevice<float>& l) {
    cuda::cross_entropy_forward<T>(stream, {.batch = kBatch,
                                            .classes = kClasses,
                                            .label_smoothing = 0.1,
                                            .logits = x,
                                            .labels = labels,
                                            .probabilities = p,
                                            .loss = l,
                                            .correct = nullptr});
  };
  forward.operator()<bfloat16>(on_logits, probabilities, loss);
  forward.operator()<float>(on_wide, wide_probabilities, wide_loss);
  EXPECT_TRUE(same_bits(probabilities.to_host(), wide_probabilities.to_host()));
  EXPECT_TRUE(same_bits(loss.to_host(), wide_loss.to_host()));
  cuda::softmax<bfloat16>(
      stream,
      {.batch = kBatch, .classes = kClasses, .logits = on_logits, .probabilities = softmax});
  EXPECT_TRUE(same_bits(softmax.to_host(), probabilities.to_host()));
  check_rounded_once(1, kBatch * kClasses, [&]<class T>(const T*, T* dlogits) {
    cuda::cross_entropy_backward<T>(stream, {.batch = kBatch,
                                             .classes = kClasses,
                                             .label_smoothing = 0.1,
                                             .probabilities = probabilities,
                                             .labels = labels,
                                             .dloss = dloss,
                                             .dlogits = dlogits});
  });
}

TEST_F(CudaKernels, Bf16BatchesAreFloat32RoundedOnce) {
  const Stream& stream = *cuda_stream();
  std::vector<std::uint8_t> bytes;
  for (Index i = 0; i < 5 * 12 * 12; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
  const OnDevice<std::uint8_t> images(bytes);
  const OnDevice<std::int32_t> rows(std::vector<std::int32_t>{4, 0, 2});
  const OnDevice<std::int32_t> step(std::vector<std::int32_t>{9});
  const auto arguments = [&]<class T>(T* y) {
    return GatherBatch<T>{.batch = 3,
                          .pixels = 144,
                          .mean = 0.13,
                          .std = 0.31,
                          .images = images,
                          .labels = nullptr,
                          .indices = rows,
                          .y = y,
                          .batch_labels = nullptr};
  };
  check_rounded_once(1, 3 * 144, [&]<class T>(const T*, T* y) {
    cuda::gather_batch<T>(stream, arguments.template operator()<T>(y));
  });
  check_rounded_once(1, 3 * 144, [&]<class T>(const T*, T* y) {
    cuda::augment_batch<T>(stream, {.gather = arguments.template operator()<T>(y),
                                    .height = 12,
                                    .width = 12,
                                    .limits = {.rotation = 20, .shift = 2},
                                    .step = step});
  });
}

}  // namespace
}  // namespace inkling
