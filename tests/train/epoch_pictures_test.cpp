#include "train/epoch_pictures.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "kernels/args/loss.h"
#include "tests/train/synthetic.h"

namespace inkling {
namespace {

// 100 images, of which 20 are held out; an epoch shows 8 non-digits and 16 European digits, too.
EpochPictures pictures_with_made_ones() {
  TrainOptions options = small_options();
  options.non_digits = 0.1;
  options.european_digits = 0.2;
  return {options, synthetic_dataset(100), split_validation(100, 20), Device::cpu(1)};
}

std::vector<std::int32_t> rows_of(const EpochPictures& pictures, Index epoch) {
  std::vector<std::int32_t> rows;
  for (std::int32_t place = 0; place < pictures.count(); ++place) {
    rows.push_back(pictures.row(epoch, place));
  }
  return rows;
}

TEST(EpochPictures, AreTheTrainingImagesAndTheMadeOnes) {
  const EpochPictures pictures = pictures_with_made_ones();
  EXPECT_EQ(pictures.count(), 104);
  EXPECT_EQ(pictures.labeled_count(), 96);
  const std::vector<std::int32_t> rows = rows_of(pictures, 0);
  EXPECT_EQ(std::set(rows.begin(), rows.end()).size(), 104U);
  for (const std::int32_t held_out : pictures.held_out()) {
    EXPECT_EQ(std::count(rows.begin(), rows.end(), held_out), 0) << held_out;
  }
  const std::vector<std::uint8_t> labels = pictures.data().labels(rows);
  EXPECT_TRUE(
      std::all_of(labels.begin(), labels.begin() + 80, [](int label) { return label < 4; }));
  EXPECT_EQ(std::count(labels.begin() + 80, labels.begin() + 88, kNoClass), 8);
  EXPECT_EQ(std::count(labels.begin() + 88, labels.end(), 1) +
                std::count(labels.begin() + 88, labels.end(), 7),
            16);
}

TEST(EpochPictures, ShowOtherMadeOnesInEachOfTheFirstEpochs) {
  const EpochPictures pictures = pictures_with_made_ones();
  std::set<std::int32_t> made;
  for (Index epoch = 0; epoch < EpochPictures::kMadeEpochs; ++epoch) {
    const std::vector<std::int32_t> rows = rows_of(pictures, epoch);
    made.insert(rows.begin() + 80, rows.end());
  }
  EXPECT_EQ(std::ssize(made), EpochPictures::kMadeEpochs * 24);
  EXPECT_LT(*made.rbegin(), pictures.data().size());
  EXPECT_EQ(rows_of(pictures, EpochPictures::kMadeEpochs), rows_of(pictures, 0));
  const std::vector<std::int32_t> unseen = pictures.unseen_non_digits();
  EXPECT_EQ(unseen.size(), 8U);
  EXPECT_EQ(pictures.data().labels(unseen), std::vector<std::uint8_t>(8, kNoClass));
  for (const std::int32_t row : unseen) {
    EXPECT_FALSE(made.contains(row));
  }
}

TEST(EpochPictures, WithoutMadeOnesAreTheTrainingImages) {
  const EpochPictures pictures(small_options(), synthetic_dataset(100), split_validation(100, 0),
                               Device::cpu(1));
  EXPECT_EQ(pictures.data().size(), 100);
  EXPECT_TRUE(pictures.unseen_non_digits().empty());
  std::vector<std::int32_t> rows = rows_of(pictures, 3);
  std::sort(rows.begin(), rows.end());
  std::vector<std::int32_t> all(100);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(rows, all);
}

}  // namespace
}  // namespace inkling
