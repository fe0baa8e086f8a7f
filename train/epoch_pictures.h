// Which pictures an epoch shows: the training images, and the made ones that the options ask for.
#pragma once

#include <vector>

#include "train/device_dataset.h"
#include "train/shuffle.h"
#include "train/train_options.h"

namespace inkling {

// Const and thread-safe.
class EpochPictures {
 public:
  // Made pictures are those of so many epochs, and come again after these.
  static constexpr Index kMadeEpochs = 10;

  // Copies the data set to the device, and the made pictures after it. Throws
  // std::invalid_argument where made ones do not fit the data set.
  EpochPictures(const TrainOptions& options, const Dataset& data, Split split,
                const Device& device);

  const DeviceDataset& data() const { return data_; }
  Index count() const { return labeled_count() + non_digits_; }
  Index labeled_count() const { return std::ssize(split_.training) + european_digits_; }
  // Row of data() of the epoch's picture `place`, of count(), before the shuffle.
  std::int32_t row(Index epoch, std::int32_t place) const;
  // Rows that no epoch shows: those held out; as many non-digits as an epoch shows.
  const std::vector<std::int32_t>& held_out() const { return split_.validation; }
  std::vector<std::int32_t> unseen_non_digits() const;

 private:
  std::int32_t non_digit_row(Index epoch, Index place) const;

  Split split_;
  Index non_digits_;  // an epoch
  Index european_digits_;
  Index first_non_digit_;  // row
  Index first_european_digit_;
  DeviceDataset data_;
};

}  // namespace inkling
