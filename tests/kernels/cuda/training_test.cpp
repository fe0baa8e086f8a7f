// Whole trainings on the device against the same on the CPU: every operation of a network, its
// gradient, the loss and Adam, as the engine calls them; the first step as it stands, the others
// replayed from a recording.
#include "tests/kernels/cuda/device.h"
#include "tests/support/temporary_folder.h"
#include "tests/train/synthetic.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace inkling {
namespace {

using CudaTraining = CudaKernels;

std::vector<double> all_weights(const Network& network) {
  std::vector<double> all;
  for (const std::vector<float>& weights : weights_of(network)) {
    all.insert(all.end(), weights.begin(), weights.end());
  }
  return all;
}

void run_until(Trainer& trainer, Index steps) {
  trainer.run(
      {.after_step = [&](const Trainer& t) { return t.steps() < steps; }, .after_epoch = nullptr});
}

std::vector<double> train(const TrainOptions& options, const Dataset& data, const Device& device,
                          Index steps) {
  Trainer trainer(options, data, device);
  run_until(trainer, steps);
  return all_weights(trainer.network());
}

// How far two trainings went apart, as a share of how far they went.
double distance(const std::vector<double>& a, const std::vector<double>& b,
                const std::vector<double>& start) {
  std::vector<double> from_a(a.size()), from_b(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    from_a[i] = a[i] - start[i];
    from_b[i] = b[i] - start[i];
  }
  return reference::relative_distance(from_a, from_b);
}

TEST_F(CudaTraining, OfASmallNetworkGoesAsOnTheCpu) {
  const Dataset data = synthetic_dataset(80);  // 60 for training: batches of 16, and one of 12
  TrainOptions options = small_options();
  options.augmentation = {.rotation = 10, .shift = 1, .zoom = 0.1, .shear = 5};
  const auto start = all_weights(Network(options.network, Device::cpu(1), options.seed));
  const auto on_cuda = train(options, data, Device::cuda(), 10);
  EXPECT_LE(distance(on_cuda, train(options, data, Device::cpu(1), 10), start), 2e-3);
  EXPECT_EQ(on_cuda, train(options, data, Device::cuda(), 10)) << "one seed, one result";
}

TEST_F(CudaTraining, InBf16GoesTheSameWayAndRepeatsItself) {
  const Dataset data = synthetic_dataset(80);
  TrainOptions options = small_options();
  const auto start = all_weights(Network(options.network, Device::cpu(1), options.seed));
  const auto on_cpu = train(options, data, Device::cpu(1), 10);
  options.precision = Dtype::bfloat16;
  const auto in_bf16 = train(options, data, Device::cuda(), 10);
  EXPECT_LE(distance(in_bf16, on_cpu, start), 0.2)
      << "8 bits a product, and Adam divides by its size";
  EXPECT_EQ(in_bf16, train(options, data, Device::cuda(), 10));
}

TEST_F(CudaTraining, ReachesFullAccuracyInBf16OnSeparableData) {
  TrainOptions options = small_options();
  options.precision = Dtype::bfloat16;
  options.augmentation = {.rotation = 5, .shift = 0.5};
  Trainer trainer(options, synthetic_dataset(200), Device::cuda());
  trainer.run({});
  EXPECT_EQ(trainer.progress().history.back().validation_accuracy, 1.0);
}

TEST_F(CudaTraining, ResumedInTheMiddleOfAnEpochContinuesBitForBit) {
  const Dataset data = synthetic_dataset(80);
  const TemporaryFolder folder;
  const auto checkpoint = folder.path() / "checkpoint.safetensors";
  Trainer whole(small_options(), data, Device::cuda());
  run_until(whole, 9);
  Trainer first(small_options(), data, Device::cuda());
  run_until(first, 6);
  save_checkpoint(checkpoint, first);
  Trainer second(small_options(), data, Device::cuda());
  load_checkpoint(checkpoint, second);
  run_until(second, 9);
  EXPECT_EQ(all_weights(second.network()), all_weights(whole.network()));
  EXPECT_EQ(second.progress().loss_sum, whole.progress().loss_sum);
  EXPECT_EQ(second.progress().correct, whole.progress().correct);
}

// The real network, two pictures a step: the sizes of its layers meet all tiles of the kernels.
class CudaLargerCnn : public CudaKernels, public testing::WithParamInterface<Dtype> {};

TEST_P(CudaLargerCnn, TakesItsFirstStepsAsOnTheCpu) {
  Dataset data{.height = 28, .width = 28, .images = {}, .labels = {}};
  for (int i = 0; i < 4 * 28 * 28; ++i) {
    data.images.push_back(static_cast<std::uint8_t>(i * i % 251));
  }
  data.labels = {3, 1, 4, 1};
  TrainOptions options;
  options.validation = 0;
  options.batch_size = 2;
  options.epochs = 1;
  const auto start = all_weights(Network(options.network, Device::cpu(), options.seed));
  const auto on_cpu = train(options, data, Device::cpu(), 2);
  options.precision = GetParam();
  const auto on_cuda = train(options, data, Device::cuda(), 2);
  // Adam's first steps are the signs of the gradients: where one is near 0, a rounding turns its
  // weight's way.
  EXPECT_LE(distance(on_cuda, on_cpu, start), GetParam() == Dtype::float32 ? 0.02 : 0.4);
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaLargerCnn,
                         testing::Values(Dtype::float32, Dtype::bfloat16),
                         [](const auto& one) { return to_string(one.param); });

}  // namespace
}  // namespace inkling
