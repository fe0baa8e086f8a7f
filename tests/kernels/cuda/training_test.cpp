// Whole training steps on the device against the same on the CPU: every operation of a network, its gradient, the
// loss and Adam, as the engine calls them.
#include "tests/kernels/cuda/device.h"
#include "tests/train/synthetic.h"
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

std::vector<double> train(const TrainOptions& options, const Dataset& data, const Device& device,
                          Index steps) {
  Trainer trainer(options, data, device);
  trainer.run({.after_step = [&](const Trainer&) { return trainer.optimizer().steps() < steps; },
               .after_epoch = nullptr});
  return all_weights(trainer.network());
}

TEST_F(CudaTraining, OfASmallNetworkGoesAsOnTheCpu) {
  const Dataset data = synthetic_dataset(80);
  const TrainOptions options = small_options();
  const auto on_cuda = train(options, data, Device::cuda(), 6);
  const auto on_cpu = train(options, data, Device::cpu(1), 6);
  EXPECT_LE(reference::relative_distance(on_cuda, on_cpu), 1e-4);
  EXPECT_EQ(on_cuda, train(options, data, Device::cuda(), 6)) << "one seed, one result";
}

}  // namespace
}  // namespace inkling
