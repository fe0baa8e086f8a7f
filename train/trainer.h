// The training loop.
#pragma once

#include <functional>
#include <optional>

#include "engine/network.h"
#include "engine/optimizer.h"
#include "train/epoch_pictures.h"
#include "train/evaluation.h"
#include "train/train_options.h"
#include "train/training_step.h"

namespace inkling {

// One line of the training log.
struct EpochRecord {
  Index epoch = 0;  // from 1
  double train_loss = 0;
  double train_accuracy = 0;              // of those that show a digit
  std::optional<double> validation_loss;  // none when nothing was held out
  std::optional<double> validation_accuracy;
  double learning_rate = 0;  // of the last step
  double seconds = 0;
  double images_per_second = 0;  // of training alone
};

// A training's progress: with weights and moments, all that a resume needs. Every random number is
// a function of the seed and of these.
struct TrainProgress {
  Index epoch = 0;          // epochs completed
  Index step_in_epoch = 0;  // steps completed of the next one
  double loss_sum = 0;      // over the images of the epoch so far; on a GPU, when it was asked last
  Index correct = 0;
  Index images_summed = 0;  // that these two are of
  double seconds = 0;
  std::vector<EpochRecord> history;
};

class Trainer {
 public:
  // The data set is copied to the device. Schedule "step" takes a tenth of the rate after each
  // third of the steps. Throws std::invalid_argument for options that do not fit.
  Trainer(const TrainOptions& options, const Dataset& training_set, const Device& device);
  Trainer(const Trainer&) = delete;  // its parts refer to each other
  Trainer& operator=(const Trainer&) = delete;

  struct Callbacks {
    // After each step, which a GPU may not have done yet; false stops the training before the next.
    std::function<bool(const Trainer&)> after_step;
    std::function<void(const Trainer&)> after_epoch;
  };
  // The loss and the right answers so far are asked of a GPU now and then: each
  // kStepsBetweenResults steps.
  static constexpr Index kStepsBetweenResults = 32;

  // Trains until all epochs are done or a callback stops it; true when all are done. Throws
  // std::runtime_error when the loss is not finite.
  bool run(const Callbacks& callbacks);

  // Brings the loss and the right answers in progress() up to the last step, which a checkpoint
  // within an epoch needs. Waits for the device.
  void update_results();

  // As they were given, with what depends on the data set filled in.
  const TrainOptions& options() const { return options_; }
  Network& network() { return network_; }
  const Network& network() const { return network_; }
  // The weights that are worth keeping: averaged ones where the options ask for them, else those of
  // network(). They are what is evaluated after an epoch and saved at the end.
  Network& result() { return averaged_ ? *averaged_ : network_; }
  const Network& result() const { return averaged_ ? *averaged_ : network_; }
  Adam& optimizer() { return optimizer_; }
  TrainProgress& progress() { return progress_; }
  const TrainProgress& progress() const { return progress_; }
  Index steps() const {
    return progress_.epoch * steps_per_epoch_ + progress_.step_in_epoch;
  }                                                               // completed
  std::uint32_t data_checksum() const { return data_checksum_; }  // of the training set
  Index steps_per_epoch() const { return steps_per_epoch_; }
  // What result() makes of the images that were held out; of none, an evaluation of nothing.
  Evaluation validate() const;
  // Its logits for made pictures of no digit that no epoch shows, as many as an epoch shows; of
  // none where the options ask for none.
  std::vector<float> unseen_non_digit_logits() const;
  Index images_per_epoch() const { return pictures_.count(); }

 private:
  void begin_epoch();
  void finish_epoch();
  Schedule schedule() const;

  TrainOptions options_;
  std::uint32_t data_checksum_;
  EpochPictures pictures_;
  Network network_;
  std::optional<Network> averaged_;
  Adam optimizer_;
  TrainProgress progress_;
  Index steps_per_epoch_;
  TrainingStep step_;
};

}  // namespace inkling
