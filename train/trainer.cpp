#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "train/clock.h"

namespace inkling {
namespace {

// The options for this data set; throws where they do not fit it.
TrainOptions resolved(TrainOptions options, const Dataset& data) {
  const auto fail = [](const std::string& what) { throw std::invalid_argument(what); };
  if (options.epochs < 1 || options.batch_size < 1) {
    fail("expected epochs and a batch size of at least 1, received " +
         std::to_string(options.epochs) + " and " + std::to_string(options.batch_size));
  }
  if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate)) {
    fail("expected a learning rate above 0, received " + std::to_string(options.learning_rate));
  }
  if (const Index steps = (data.size() + options.batch_size - 1) / options.batch_size;
      options.epochs > std::numeric_limits<std::int32_t>::max() / steps) {
    fail("expected fewer than 2^31 steps, received " + std::to_string(options.epochs) +
         " epochs of " + std::to_string(steps));
  }
  if (options.precision != Dtype::float32 && options.precision != Dtype::bfloat16) {
    fail(std::string("expected a precision of float32 or bf16, received ") +
         to_string(options.precision));
  }
  if (!(options.weight_decay >= 0) || !(options.label_smoothing >= 0)) {
    fail("expected weight decay and label smoothing of at least 0, received " +
         std::to_string(options.weight_decay) + " and " + std::to_string(options.label_smoothing));
  }
  if (!(options.warmup >= 0 && options.warmup < 1) || !(options.ema >= 0 && options.ema < 1)) {
    fail("expected warmup and ema in [0, 1), received " + std::to_string(options.warmup) + " and " +
         std::to_string(options.ema));
  }
  const auto is_share = [](double share) { return share >= 0 && share <= 1; };
  if (!is_share(options.non_digits) || !is_share(options.european_digits)) {
    fail("expected shares of non-digits and of European digits of 0 to 1, received " +
         std::to_string(options.non_digits) + " and " + std::to_string(options.european_digits));
  }
  check_pictures(options.network, data);
  if (!options.validation) {
    options.validation = std::min<Index>(5000, data.size() / 12);
  }
  return options;
}

}  // namespace

Trainer::Trainer(const TrainOptions& options, const Dataset& training_set, const Device& device)
    : options_(resolved(options, training_set)),
      data_checksum_(checksum(training_set)),
      pictures_(options_, training_set, split_validation(training_set.size(), *options_.validation),
                device),
      network_(options.network, device, options.seed),
      averaged_(options.ema > 0
                    ? std::optional<Network>(std::in_place, options.network, device, options.seed)
                    : std::nullopt),
      optimizer_(network_.variables(),
                 {.weight_decay = options.weight_decay, .ema_decay = options.ema},
                 averaged_ ? averaged_->variables() : std::vector<Variable>()),
      steps_per_epoch_((images_per_epoch() + options.batch_size - 1) / options.batch_size),
      step_(options_, pictures_.data(), network_, optimizer_) {
  if (options.european_digits > 0 && network_.classes() != 10) {
    throw std::invalid_argument(
        "expected a network of the ten digits to show it European ones, received one of " +
        std::to_string(network_.classes()) + " classes: --european-digits 0 leaves them out");
  }
  const std::uint8_t max_label =
      *std::max_element(training_set.labels.begin(), training_set.labels.end());
  // Of 256 classes the last one's number is that of no class.
  const Index most = options.non_digits > 0 ? 255 : 256;
  if (max_label >= network_.classes() || network_.classes() > most) {
    throw std::invalid_argument("expected a network with a class for each label, 0 to " +
                                std::to_string(max_label) + ", and " + std::to_string(most) +
                                " at most, received " + std::to_string(network_.classes()) +
                                " classes");
  }
}

Schedule Trainer::schedule() const {
  const Index total = options_.epochs * steps_per_epoch_;
  return {.kind = options_.schedule,
          .peak = options_.learning_rate,
          .total_steps = total,
          .step_every = (total + 2) / 3,
          .warmup = options_.warmup};
}

bool Trainer::run(const Callbacks& callbacks) {
  while (progress_.epoch < options_.epochs) {
    const double before = seconds_now();
    begin_epoch();
    progress_.seconds += seconds_now() - before;  // the shuffle is part of an epoch
    while (progress_.step_in_epoch < steps_per_epoch_) {
      const double begun = seconds_now();
      const Index first = progress_.step_in_epoch * options_.batch_size;
      step_.run(std::min(options_.batch_size, images_per_epoch() - first));
      ++progress_.step_in_epoch;
      if (network_.device().type() == DeviceType::cpu ||
          progress_.step_in_epoch % kStepsBetweenResults == 0 ||
          progress_.step_in_epoch == steps_per_epoch_) {
        update_results();
      }
      progress_.seconds += seconds_now() - begun;
      if (callbacks.after_step && !callbacks.after_step(*this)) {
        update_results();
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

Evaluation Trainer::validate() const {
  return evaluate(result(), pictures_.data(), pictures_.held_out());
}

std::vector<float> Trainer::unseen_non_digit_logits() const {
  return logits_of(result(), pictures_.data(), pictures_.unseen_non_digits());
}

void Trainer::begin_epoch() {
  const auto order = permutation(images_per_epoch(), options_.seed, RandomUse::shuffle,
                                 static_cast<std::uint32_t>(progress_.epoch));
  std::vector<std::int32_t> rows;
  rows.reserve(order.size());
  for (const auto place : order) {
    rows.push_back(pictures_.row(progress_.epoch, place));
  }
  std::vector<double> learning_rates;
  for (Index step = 0; step < steps_per_epoch_; ++step) {
    learning_rates.push_back(schedule().learning_rate(progress_.epoch * steps_per_epoch_ + step));
  }
  step_.begin_epoch(rows, learning_rates,
                    {.steps = steps(),
                     .steps_of_epoch = progress_.step_in_epoch,
                     .images_of_epoch = progress_.step_in_epoch * options_.batch_size,
                     .loss_sum = progress_.loss_sum,
                     .correct = progress_.correct});
}

// Waits for the device.
void Trainer::update_results() {
  const TrainingStep::Results results = step_.results();
  if (!std::isfinite(results.loss_sum)) {
    throw std::runtime_error("the loss is not finite after " + std::to_string(steps()) +
                             " steps: a smaller learning rate may help");
  }
  progress_.loss_sum = results.loss_sum;
  progress_.correct = results.correct;
  progress_.images_summed =
      std::min(progress_.step_in_epoch * options_.batch_size, images_per_epoch());
}

void Trainer::finish_epoch() {
  const auto images = static_cast<double>(images_per_epoch());
  EpochRecord record{.epoch = progress_.epoch + 1,
                     .train_loss = progress_.loss_sum / images,
                     .train_accuracy = static_cast<double>(progress_.correct) /
                                       static_cast<double>(pictures_.labeled_count()),
                     .validation_loss = std::nullopt,
                     .validation_accuracy = std::nullopt,
                     .learning_rate = schedule().learning_rate(steps() - 1),
                     .seconds = progress_.seconds,
                     .images_per_second = images / progress_.seconds};
  if (!pictures_.held_out().empty()) {
    const Evaluation validation = validate();
    record.validation_loss = validation.loss;
    record.validation_accuracy = validation.accuracy();
  }
  std::vector<EpochRecord> history = std::move(progress_.history);
  history.push_back(record);
  progress_ = {.epoch = record.epoch, .history = std::move(history)};
}

}  // namespace inkling
