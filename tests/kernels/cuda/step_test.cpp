// What else a training step is made of: batches, the loss, Adam, recordings; and what a device
// refuses.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "kernels/error.h"
#include "tests/kernels/cuda/device.h"

namespace inkling {
namespace {

TEST_F(CudaKernels, CrossEntropyAndItsGradientMatchTheCpu) {
  for (const auto& size : {std::pair<Index, Index>{1, 2}, {7, 10}, {700, 10}, {256, 47}}) {
    const Index batch = size.first;
    const Index classes = size.second;
    auto logits = random_floats(batch * classes, 1);
    for (float& logit : logits) {
      logit *= 20;
    }
    std::vector<std::uint8_t> labels;
    for (Index i = 0; i < batch; ++i) {
      labels.push_back(i % 7 == 3 ? kNoClass : static_cast<std::uint8_t>((i * 5 + 1) % classes));
    }
    const double smoothing = 0.1;
    const OnDevice<float> on_logits(logits);
    const OnDevice<std::uint8_t> on_labels(labels);
    OnDevice<float> probabilities(batch * classes);
    std::int32_t correct = 0;

    const auto loss = the_same_each_time<float>([&] {
      OnDevice<float> to_loss(1);
      OnDevice<std::int32_t> to_correct(1);
      cuda::cross_entropy_forward<float>(*cuda_stream(), {.batch = batch,
                                                          .classes = classes,
                                                          .label_smoothing = smoothing,
                                                          .logits = on_logits,
                                                          .labels = on_labels,
                                                          .probabilities = probabilities,
                                                          .loss = to_loss,
                                                          .correct = to_correct});
      correct = to_correct.to_host()[0];
      return to_loss.to_host();
    });
    const auto logits64 = to_doubles(logits);
    std::vector<double> true_probabilities(logits.size());
    double true_loss = 0;
    std::int32_t true_correct = 0;
    cpu::cross_entropy_forward<double>(cpu_stream(), {.batch = batch,
                                                      .classes = classes,
                                                      .label_smoothing = smoothing,
                                                      .logits = logits64.data(),
                                                      .labels = labels.data(),
                                                      .probabilities = true_probabilities.data(),
                                                      .loss = &true_loss,
                                                      .correct = &true_correct});
    EXPECT_LE(std::abs(static_cast<double>(loss[0]) - true_loss), kClose * true_loss);
    EXPECT_EQ(correct, true_correct);
    expect_close(probabilities.to_host(), true_probabilities, 5e-6);  // exp of up to 40

    const OnDevice<float> dloss(std::vector<float>{0.5F});
    OnDevice<float> dlogits(batch * classes);
    cuda::cross_entropy_backward<float>(*cuda_stream(), {.batch = batch,
                                                         .classes = classes,
                                                         .label_smoothing = smoothing,
                                                         .probabilities = probabilities,
                                                         .labels = on_labels,
                                                         .dloss = dloss,
                                                         .dlogits = dlogits});
    const double dloss64 = 0.5;
    std::vector<double> truth(logits.size());
    cpu::cross_entropy_backward<double>(cpu_stream(), {.batch = batch,
                                                       .classes = classes,
                                                       .label_smoothing = smoothing,
                                                       .probabilities = true_probabilities.data(),
                                                       .labels = labels.data(),
                                                       .dloss = &dloss64,
                                                       .dlogits = truth.data()});
    expect_close(dlogits.to_host(), truth, 5e-6);
  }
}

TEST_F(CudaKernels, SoftmaxSurvivesLogitsThatOverflowExp) {
  const OnDevice<float> logits(std::vector<float>{1000, 999, -1000});
  OnDevice<float> probabilities(3);
  cuda::softmax<float>(
      *cuda_stream(), {.batch = 1, .classes = 3, .logits = logits, .probabilities = probabilities});
  const auto p = probabilities.to_host();
  const float e = std::exp(-1.0F);
  EXPECT_LE(std::abs(p[0] - 1 / (1 + e)), 1e-6F);
  EXPECT_EQ(p[2], 0.0F);
}

// Whole chunks of a tensor and what is left of one; from the second element on, where no vector is
// aligned, and the first tensor is empty. The second tensor has no average.
TEST_F(CudaKernels, AdamUpdatesAllTensorsAsTheCpuDoes) {
  constexpr std::size_t kParts = 5;
  for (const Index offset : {0, 1}) {
    const std::vector<Index> sizes{1, 300, 5000};
    std::vector<std::vector<double>> truth;
    // Weight, gradient, both moments and average of each.
    std::vector<std::unique_ptr<OnDevice<float>>> memory;
    std::vector<AdamTensor<float>> tensors;
    std::vector<AdamTensor<double>> tensors64;
    for (const Index size : sizes) {
      for (std::uint32_t part = 0; part < kParts; ++part) {
        auto values = random_floats(size, 10 + part);
        for (float& value : values) {
          value = part == 3 ? value * value : value;  // second moments are not negative
        }
        memory.push_back(std::make_unique<OnDevice<float>>(values));
        truth.push_back(to_doubles(values));
      }
    }
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto part = [&](std::size_t p) -> float* { return *memory[kParts * i + p] + offset; };
      const auto part64 = [&](std::size_t p) { return truth[kParts * i + p].data() + offset; };
      tensors.push_back({.weight = part(0),
                         .gradient = part(1),
                         .first_moment = part(2),
                         .second_moment = part(3),
                         .size = sizes[i] - offset,
                         .ema = i == 1 ? nullptr : part(4)});
      tensors64.push_back({.weight = part64(0),
                           .gradient = part64(1),
                           .first_moment = part64(2),
                           .second_moment = part64(3),
                           .size = sizes[i] - offset,
                           .ema = i == 1 ? nullptr : part64(4)});
    }
    const AdamOptions options{.weight_decay = 0.1, .ema_decay = 0.2};
    const auto row = adam_coefficients<double>(options, 0.01, 3);
    const OnDevice<AdamCoefficients<float>> coefficients(
        std::vector{adam_coefficients<float>(options, 0.01, 3)});
    cuda::adam_update<float>(
        *cuda_stream(), {.tensors = tensors, .options = options, .coefficients = coefficients});
    cpu::adam_update<double>(cpu_stream(),
                             {.tensors = tensors64, .options = options, .coefficients = &row});
    for (std::size_t i = 0; i < memory.size(); ++i) {
      expect_close(memory[i]->to_host(), truth[i], kClose);
    }
  }
}

TEST_F(CudaKernels, GathersRowsOfBytes) {
  std::vector<std::uint8_t> images;
  for (int i = 0; i < 5 * 49; ++i) {
    images.push_back(static_cast<std::uint8_t>(i * 37));
  }
  const std::vector<std::uint8_t> labels{9, 8, 7, 6, 5};
  const std::vector<std::int32_t> indices{4, 0, 4};
  const OnDevice<std::uint8_t> on_images(images), on_labels(labels);
  const OnDevice<std::int32_t> on_indices(indices);
  OnDevice<std::uint8_t> batch_labels(3);
  const auto y = the_same_each_time<float>([&] {
    OnDevice<float> to_y(3 * 49);
    cuda::gather_batch<float>(*cuda_stream(), {.batch = 3,
                                               .pixels = 49,
                                               .mean = 0.5,
                                               .std = 0.5,
                                               .images = on_images,
                                               .labels = on_labels,
                                               .indices = on_indices,
                                               .y = to_y,
                                               .batch_labels = batch_labels});
    return to_y.to_host();
  });
  EXPECT_EQ(batch_labels.to_host(), (std::vector<std::uint8_t>{5, 9, 5}));
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto row = static_cast<std::size_t>(indices[i / 49]);
    ASSERT_LE(std::abs(static_cast<double>(y[i]) - (images[row * 49 + i % 49] / 255.0 - 0.5) / 0.5),
              1e-6);
  }
}

TEST_F(CudaKernels, AugmentsAsTheCpuDoes) {
  std::vector<std::uint8_t> images;
  for (int i = 0; i < 3 * 9 * 7; ++i) {
    images.push_back(static_cast<std::uint8_t>(i * 41));
  }
  const std::vector<std::uint8_t> labels{9, 8, 7};
  const std::vector<std::int32_t> indices{2, 0, 1, 2};
  const std::int32_t step = 5;
  const OnDevice<std::uint8_t> on_images(images), on_labels(labels);
  const OnDevice<std::int32_t> on_indices(indices), on_step(std::vector<std::int32_t>{step});
  OnDevice<std::uint8_t> batch_labels(4);
  AugmentBatch<float> args{.gather = {.batch = 4, .pixels = 63, .mean = 0.5, .std = 0.5},
                           .height = 9,
                           .width = 7,
                           .limits = {.rotation = 20,
                                      .shift = 2,
                                      .zoom = 0.2,
                                      .aspect = 0.5,
                                      .shear = 10,
                                      .elastic = 2,
                                      .thickness = 0.8,
                                      .noise = 0.1,
                                      .erase = 3},
                           .seed = 3,
                           .step = on_step};
  const auto y = the_same_each_time<float>([&] {
    OnDevice<float> to_y(4 * 63);
    args.gather.images = on_images;
    args.gather.labels = on_labels;
    args.gather.indices = on_indices;
    args.gather.y = to_y;
    args.gather.batch_labels = batch_labels;
    cuda::augment_batch<float>(*cuda_stream(), args);
    return to_y.to_host();
  });
  std::vector<float> expected(y.size());
  std::vector<std::uint8_t> expected_labels(4);
  args.gather.images = images.data();
  args.gather.labels = labels.data();
  args.gather.indices = indices.data();
  args.gather.y = expected.data();
  args.gather.batch_labels = expected_labels.data();
  args.step = &step;
  cpu::augment_batch<float>(cpu_stream(), args);
  EXPECT_LE(reference::relative_distance(y, expected), 1e-4) << "sines differ in their last bits";
  EXPECT_EQ(batch_labels.to_host(), expected_labels);
}

TEST_F(CudaKernels, LoadStepInputsReadsTheTablesRowByRow) {
  const OnDevice<std::int32_t> order(std::vector<std::int32_t>{7, 8, 9, 10, 11});
  const OnDevice<AdamCoefficients<float>> coefficients(
      std::vector<AdamCoefficients<float>>{{1, 2, 3}, {4, 5, 6}});
  OnDevice<std::int32_t> counters(std::vector<std::int32_t>{40, 0, 0}), step(1), rows(3);
  OnDevice<AdamCoefficients<float>> row(1);
  const auto begin = [&](Index batch) {
    cuda::load_step_inputs(*cuda_stream(), {.batch = batch,
                                            .order = order,
                                            .coefficients = coefficients,
                                            .counters = counters,
                                            .step = step,
                                            .rows = rows,
                                            .step_coefficients = row});
  };
  const auto expect_row = [&](float step_size, float second_scale, float keep) {
    const AdamCoefficients<float> read = row.to_host()[0];
    EXPECT_EQ(read.step_size, step_size);
    EXPECT_EQ(read.second_scale, second_scale);
    EXPECT_EQ(read.keep, keep);
  };
  begin(3);
  EXPECT_EQ(step.to_host()[0], 40);
  EXPECT_EQ(rows.to_host(), (std::vector<std::int32_t>{7, 8, 9}));
  expect_row(1, 2, 3);
  begin(2);
  EXPECT_EQ(step.to_host()[0], 41);
  EXPECT_EQ(rows.to_host(), (std::vector<std::int32_t>{10, 11, 9}));
  expect_row(4, 5, 6);
  EXPECT_EQ(counters.to_host(), (std::vector<std::int32_t>{42, 2, 5}));
}

TEST_F(CudaKernels, AccumulateMetricsWeightsALossByItsBatch) {
  const OnDevice<float> loss(std::vector<float>{0.25F});
  const OnDevice<std::int32_t> correct(std::vector<std::int32_t>{3});
  OnDevice<double> sums(std::vector<double>{1, 10});
  cuda::accumulate_metrics(*cuda_stream(),
                           {.batch = 4, .loss = loss, .correct = correct, .sums = sums});
  EXPECT_EQ(sums.to_host(), (std::vector<double>{2, 13}));
}

TEST_F(CudaKernels, RoundsToTheNearestBf16AndToEvenInTheMiddle) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const OnDevice<float> x(
      std::vector<float>{1, 1.00390625F, 1.01171875F, -3e38F, infinity, nan, 3.4e38F});
  OnDevice<bfloat16> y(7);
  cuda::cast_to_bfloat16(*cuda_stream(), {.size = 7, .x = x, .y = y});
  const auto rounded = to_doubles(y.to_host());
  EXPECT_EQ(rounded[0], 1);
  EXPECT_EQ(rounded[1], 1) << "between 1 and 1.0078125: the even one";
  EXPECT_EQ(rounded[2], 1.015625) << "between 1.0078125 and 1.015625: the even one";
  EXPECT_NEAR(rounded[3], -3e38, 1e36);
  EXPECT_TRUE(std::isinf(rounded[4]));
  EXPECT_TRUE(std::isnan(rounded[5]));
  EXPECT_TRUE(std::isinf(rounded[6])) << "above the largest bf16 by more than half a step";
}

TEST_F(CudaKernels, ACapturedGraphRunsWhenItIsLaunched) {
  OnDevice<float> sum(std::vector<float>{0});
  const OnDevice<float> one(std::vector<float>{1});
  const auto graph = cuda::capture_graph(*cuda_stream(), [&] {
    cuda::accumulate<float>(*cuda_stream(), {.size = 1, .x = one, .y = sum});
  });
  EXPECT_EQ(sum.to_host()[0], 0);
  cuda::launch_graph(*cuda_stream(), graph.get());
  cuda::launch_graph(*cuda_stream(), graph.get());
  EXPECT_EQ(sum.to_host()[0], 2);
  EXPECT_THROW(cuda::capture_graph(*cuda_stream(), [&] { static_cast<void>(sum.to_host()); }),
               std::runtime_error)
      << "a capture cannot synchronize";
  EXPECT_EQ(sum.to_host()[0], 2) << "and the stream goes on";
}

TEST_F(CudaKernels, OutOfMemorySaysHowMuchThereWas) {
  try {
    cuda::allocate(*cuda_stream(), std::size_t{1} << 50);
    FAIL() << "expected an error";
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(error.asked(), std::size_t{1} << 50);
    EXPECT_GT(error.total(), 0U);
    EXPECT_LE(error.free(), error.total());
    EXPECT_THAT(error.what(),
                testing::HasSubstr("out of memory: asked for 1073741824 MiB, free were"));
  }
}

// CUDA keeps an error until somebody asks: the call after a failed one must not be told it as its
// own.
TEST_F(CudaKernels, AFailedCallIsNotReportedByTheNext) {
  EXPECT_THROW(cuda::allocate(*cuda_stream(), std::size_t{1} << 50), OutOfMemory);
  EXPECT_THROW(cuda::capture_graph(*cuda_stream(), [&] { OnDevice<float>(1).to_host(); }),
               std::runtime_error);
  OnDevice<float> sum(std::vector<float>{1});
  const OnDevice<float> one(std::vector<float>{1});
  cuda::accumulate<float>(*cuda_stream(), {.size = 1, .x = one, .y = sum});
  EXPECT_EQ(sum.to_host()[0], 2);
}

TEST_F(CudaKernels, RejectsSizesThatItsIndicesCannotHold) {
  const Conv2dShape huge{.batch = Index{1} << 24,
                         .in_height = 28,
                         .in_width = 28,
                         .in_channels = 1,
                         .out_channels = 1,
                         .kernel = 1};
  EXPECT_THROW(cuda::conv2d_forward<float>(*cuda_stream(), {.shape = huge}), TooLarge);
}

}  // namespace
}  // namespace inkling
