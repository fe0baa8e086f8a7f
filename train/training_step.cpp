#include "train/training_step.h"

#include "engine/ops/loss.h"
#include "kernels/kernels.h"

namespace inkling {

TrainingStep::TrainingStep(const TrainOptions& options, const DeviceDataset& data, Network& network,
                           Adam& optimizer)
    : options_(options),
      data_(data),
      network_(network),
      optimizer_(optimizer),
      counters_(Tensor::zeros({3}, Dtype::int32, network.device())),
      sums_(Tensor::zeros({2}, Dtype::float64, network.device())) {}

void TrainingStep::begin_epoch(std::span<const std::int32_t> rows,
                               std::span<const double> learning_rates, const Position& position) {
  if (!order_.defined()) {
    order_ = Tensor({std::ssize(rows)}, Dtype::int32, network_.device());
    coefficients_ = {std::ssize(learning_rates), network_.device()};
  }
  order_.copy_from_host(rows);
  coefficients_.copy_from_host(
      optimizer_.coefficient_table(learning_rates, position.steps - position.steps_of_epoch + 1));
  const auto narrow = [](Index count) { return static_cast<std::int32_t>(count); };
  counters_.copy_from_host<std::int32_t>(std::vector<std::int32_t>{
      narrow(position.steps), narrow(position.steps_of_epoch), narrow(position.images_of_epoch)});
  sums_.copy_from_host<double>(
      std::vector<double>{position.loss_sum, static_cast<double>(position.correct)});
}

void TrainingStep::run(Index batch) {
  const auto [graph, made] =
      graphs_.try_emplace(batch, network_.device(), [this, batch] { work(batch); });
  static_cast<void>(made);
  graph->second.run();
}

TrainingStep::Results TrainingStep::results() const {
  const std::vector<double> sums = sums_.to_host<double>();
  return {.loss_sum = sums[0], .correct = static_cast<Index>(sums[1])};
}

void TrainingStep::work(Index batch) {
  const Device& device = network_.device();
  Tensor rows({batch}, Dtype::int32, device);
  Tensor step({1}, Dtype::int32, device);
  DeviceArray<AdamCoefficients<float>> coefficients(1, device);
  pick(device.type(), cpu::load_step_inputs, cuda::load_step_inputs)(
      device.stream(), {.batch = batch,
                        .order = order_.data<std::int32_t>(),
                        .coefficients = coefficients_.data(),
                        .counters = counters_.data<std::int32_t>(),
                        .step = step.data<std::int32_t>(),
                        .rows = rows.data<std::int32_t>(),
                        .step_coefficients = coefficients.data()});
  const Batch images = options_.augmentation == Augmentation{}
                           ? data_.gather(rows)
                           : data_.augment(rows, options_.augmentation, options_.seed, step);
  const Variable logits =
      network_.forward(Variable(images.images), {.seed = options_.seed, .step = step});
  CrossEntropy result = cross_entropy(logits, images.labels, options_.label_smoothing);
  result.loss.backward();
  optimizer_.update(coefficients);
  pick(device.type(), cpu::accumulate_metrics, cuda::accumulate_metrics)(
      device.stream(), {.batch = batch,
                        .loss = result.loss.value().data<float>(),
                        .correct = result.correct.data<std::int32_t>(),
                        .sums = sums_.data<double>()});
}

}  // namespace inkling
