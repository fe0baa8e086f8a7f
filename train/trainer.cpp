#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/ops/loss.h"
#include "train/evaluation.h"

namespace inkling {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const TrainOptions& checked(const TrainOptions& options, const Dataset& data) {
  const auto fail = [](const std::string& what) { throw std::invalid_argument(what); };
  if (options.epochs < 1 || options.batch_size < 1) {
    fail("expected --epochs and --batch-size of at least 1, received " +
         std::to_string(options.epochs) + " and " + std::to_string(options.batch_size));
  }
  if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate)) {
    fail("expected --lr above 0, received " + std::to_string(options.learning_rate));
  }
  if (!(options.weight_decay >= 0) || !(options.label_smoothing >= 0)) {
    fail("expected --weight-decay and --label-smoothing of at least 0, received " +
         std::to_string(options.weight_decay) + " and " + std::to_string(options.label_smoothing));
  }
  if (options.network.height != data.height || options.network.width != data.width ||
      options.network.channels != 1) {
    fail("expected pictures of " + std::to_string(options.network.height) + "×" +
         std::to_string(options.network.width) + " for " + options.network.name + ", received " +
         std::to_string(data.height) + "×" + std::to_string(data.width));
  }
  return options;
}

}  // namespace

Trainer::Trainer(const TrainOptions& options, const Dataset& training_set, const Device& device)
    : options_(checked(options, training_set)),
      data_checksum_(checksum(training_set)),
      split_(split_validation(training_set.size(), options.validation)),
      data_(training_set, options.normalization, device),
      network_(options.network, device, options.seed),
      optimizer_(network_.variables(), {.weight_decay = options.weight_decay}),
      steps_per_epoch_((images_per_epoch() + options.batch_size - 1) / options.batch_size) {
  const std::uint8_t largest =
      *std::max_element(training_set.labels.begin(), training_set.labels.end());
  if (largest >= network_.classes() || network_.classes() > 256) {
    throw std::invalid_argument("expected a network with a class for each label, 0 to " +
                                std::to_string(largest) + ", and 256 at most, received " +
                                std::to_string(network_.classes()) + " classes");
  }
}

Schedule Trainer::schedule() const {
  const Index total = options_.epochs * steps_per_epoch_;
  return {.kind = options_.schedule,
          .peak = options_.learning_rate,
          .total_steps = total,
          .step_every = (total + 2) / 3};
}

bool Trainer::run(const Callbacks& callbacks) {
  while (progress_.epoch < options_.epochs) {
    const auto order = permutation(images_per_epoch(), options_.seed, RandomUse::shuffle,
                                   static_cast<std::uint32_t>(progress_.epoch));
    while (progress_.step_in_epoch < steps_per_epoch_) {
      const double begun = seconds_now();
      const Index first = progress_.step_in_epoch * options_.batch_size;
      std::vector<std::int32_t> rows;
      for (Index i = first; i < std::min(first + options_.batch_size, images_per_epoch()); ++i) {
        rows.push_back(
            split_.training[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
      }
      step(rows);
      progress_.seconds += seconds_now() - begun;
      if (callbacks.after_step && !callbacks.after_step(*this)) {
        return false;
      }
    }
    finish_epoch();
    if (callbacks.after_epoch) {
      callbacks.after_epoch(*this);
    }
  }
  return true;
}

void Trainer::step(std::span<const std::int32_t> rows) {
  const Index step = optimizer_.steps();
  const Batch batch = data_.gather(rows);
  const Variable logits = network_.forward(
      Variable(batch.images), {.seed = options_.seed, .step = static_cast<std::uint32_t>(step)});
  CrossEntropy result = cross_entropy(logits, batch.labels, options_.label_smoothing);
  const double loss = result.loss.value().to_host<float>()[0];
  if (!std::isfinite(loss)) {
    throw std::runtime_error("the loss is not finite after " + std::to_string(step) +
                             " steps: try a smaller --lr");
  }
  result.loss.backward();
  optimizer_.update(schedule().learning_rate(step));
  progress_.loss_sum += loss * static_cast<double>(rows.size());
  progress_.correct += result.correct.to_host<std::int32_t>()[0];
  ++progress_.step_in_epoch;
}

void Trainer::finish_epoch() {
  const auto images = static_cast<double>(images_per_epoch());
  EpochRecord record{.epoch = progress_.epoch + 1,
                     .train_loss = progress_.loss_sum / images,
                     .train_accuracy = static_cast<double>(progress_.correct) / images,
                     .validation_loss = std::nullopt,
                     .validation_accuracy = std::nullopt,
                     .learning_rate = schedule().learning_rate(optimizer_.steps() - 1),
                     .seconds = progress_.seconds,
                     .images_per_second = images / progress_.seconds};
  if (!split_.validation.empty()) {
    const Evaluation validation = evaluate(network_, data_, split_.validation);
    record.validation_loss = validation.loss;
    record.validation_accuracy = validation.accuracy();
  }
  std::vector<EpochRecord> history = std::move(progress_.history);
  history.push_back(record);
  progress_ = {.epoch = record.epoch, .history = std::move(history)};
}

}  // namespace inkling
