#include "train/epoch_pictures.h"

#include <cmath>
#include <utility>

#include "train/european_digits.h"
#include "train/non_digits.h"

namespace inkling {
namespace {

Index share_of(double share, const Split& split) {
  return std::llround(share * static_cast<double>(split.training.size()));
}

void append(const Dataset& made, Dataset& all) {
  all.images.insert(all.images.end(), made.images.begin(), made.images.end());
  all.labels.insert(all.labels.end(), made.labels.begin(), made.labels.end());
}

// The data set; what its epochs show that is no digit, and what none shows; European digits.
DeviceDataset with_made(const TrainOptions& options, const Dataset& data, const Split& split,
                        Index non_digits, Index european_digits, const Device& device) {
  if (non_digits == 0 && european_digits == 0) {
    return {data, options.normalization, device, options.precision};
  }
  const Device host = device.type() == DeviceType::cpu ? device : Device::cpu();
  ThreadPool& pool = *host.stream().pool;
  Dataset all = data;
  if (non_digits > 0) {
    append(make_non_digits(data, split.training, 0, (EpochPictures::kMadeEpochs + 1) * non_digits,
                           options.seed, pool),
           all);
  }
  if (european_digits > 0) {
    append(make_european_digits(data, 0, EpochPictures::kMadeEpochs * european_digits, options.seed,
                                pool),
           all);
  }
  return {all, options.normalization, device, options.precision};
}

}  // namespace

EpochPictures::EpochPictures(const TrainOptions& options, const Dataset& data, Split split,
                             const Device& device)
    : split_(std::move(split)),
      non_digits_(share_of(options.non_digits, split_)),
      european_digits_(share_of(options.european_digits, split_)),
      first_non_digit_(data.size()),
      first_european_digit_(first_non_digit_ +
                            (non_digits_ > 0 ? (kMadeEpochs + 1) * non_digits_ : 0)),
      data_(with_made(options, data, split_, non_digits_, european_digits_, device)) {}

std::int32_t EpochPictures::row(Index epoch, std::int32_t place) const {
  const Index images = std::ssize(split_.training);
  if (place < images) {
    return split_.training[static_cast<std::size_t>(place)];
  }
  if (place < images + non_digits_) {
    return non_digit_row(epoch % kMadeEpochs, place - images);
  }
  return static_cast<std::int32_t>(first_european_digit_ + epoch % kMadeEpochs * european_digits_ +
                                   (place - images - non_digits_));
}

std::int32_t EpochPictures::non_digit_row(Index epoch, Index place) const {
  return static_cast<std::int32_t>(first_non_digit_ + epoch * non_digits_ + place);
}

std::vector<std::int32_t> EpochPictures::unseen_non_digits() const {
  std::vector<std::int32_t> rows;
  for (Index place = 0; place < non_digits_; ++place) {
    rows.push_back(non_digit_row(kMadeEpochs, place));
  }
  return rows;
}

}  // namespace inkling
