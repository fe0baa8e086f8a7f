#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <type_traits>

#include <gtest/gtest.h>

#include "tests/support/mnist_dir.h"
#include "tests/train/synthetic.h"
#include "train/evaluation.h"

namespace inkling {
namespace {

static_assert(!std::is_copy_constructible_v<Trainer> && !std::is_move_constructible_v<Trainer> &&
                  !std::is_copy_constructible_v<TrainingStep>,
              "a copy would refer to the original's parts");

TEST(Permutation, HoldsEachNumberOnceAndDependsOnSeedAndStream) {
  const auto order = permutation(1000, 1, RandomUse::shuffle, 0);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::int32_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(sorted[static_cast<std::size_t>(i)], i);
  }
  EXPECT_NE(order, sorted);
  EXPECT_EQ(order, permutation(1000, 1, RandomUse::shuffle, 0));
  EXPECT_NE(order, permutation(1000, 2, RandomUse::shuffle, 0));
  EXPECT_NE(order, permutation(1000, 1, RandomUse::shuffle, 1));
  EXPECT_TRUE(permutation(0, 1, RandomUse::shuffle, 0).empty());
}

TEST(Split, CutsTheSetIntoTwoWithoutOverlap) {
  const Split split = split_validation(100, 30);
  EXPECT_EQ(split.validation.size(), 30U);
  std::set<std::int32_t> all(split.training.begin(), split.training.end());
  all.insert(split.validation.begin(), split.validation.end());
  EXPECT_EQ(all.size(), 100U);
  EXPECT_EQ(split_validation(100, 0).training.size(), 100U);
  EXPECT_THROW(split_validation(100, 100), std::invalid_argument);
  EXPECT_THROW(split_validation(100, -1), std::invalid_argument);
}

class TrainerInBothPrecisions : public testing::TestWithParam<Dtype> {
 protected:
  TrainOptions options() const {
    TrainOptions options = small_options();
    options.precision = GetParam();
    return options;
  }
};

TEST_P(TrainerInBothPrecisions, ReachesFullAccuracyOnSeparableDataAndLogsIt) {
  Trainer trainer(options(), synthetic_dataset(400), Device::cpu(2));
  std::size_t epochs = 0;
  EXPECT_TRUE(
      trainer.run({.after_step = nullptr, .after_epoch = [&](const Trainer&) { ++epochs; }}));
  EXPECT_EQ(epochs, 3U);
  const auto& history = trainer.progress().history;
  ASSERT_EQ(history.size(), 3U);
  EXPECT_LT(history[2].train_loss, history[0].train_loss);
  EXPECT_EQ(history[2].validation_accuracy, 1.0);
  EXPECT_EQ(trainer.steps(), 3 * 24) << "380 images make 23 batches of 16 and one of 12";
}

TEST_P(TrainerInBothPrecisions, GivesTheSameWeightsForAnyNumberOfThreads) {
  const Dataset data = synthetic_dataset(100);
  std::vector<std::vector<std::vector<float>>> results;
  for (const int threads : {1, 2, 5}) {
    Trainer trainer(options(), data, Device::cpu(threads));
    trainer.run({});
    results.push_back(weights_of(trainer.network()));
  }
  EXPECT_EQ(results[1], results[0]);
  EXPECT_EQ(results[2], results[0]);
}

TEST(Trainer, AveragesTheWeightsThatItEvaluatesAndKeeps) {
  const Dataset data = synthetic_dataset(400);
  TrainOptions options = small_options();
  Trainer plain(options, data, Device::cpu(2));
  EXPECT_EQ(&plain.result(), &plain.network());
  plain.run({});
  options.ema = 0.9;
  Trainer averaged(options, data, Device::cpu(2));
  averaged.run({});
  EXPECT_EQ(weights_of(averaged.network()), weights_of(plain.network()))
      << "the average changes nothing of the training itself";
  EXPECT_NE(weights_of(averaged.result()), weights_of(plain.network()));
  EXPECT_EQ(averaged.progress().history[2].validation_accuracy, 1.0);
}

TEST(Trainer, LeavesTheLastLabelToNonDigits) {
  TrainOptions options = small_options();
  options.network.layers.back() = layers::Linear{"fc2", 256};
  EXPECT_NO_THROW(Trainer(options, synthetic_dataset(40), Device::cpu(1)));
  options.non_digits = 0.1;
  EXPECT_THROW(Trainer(options, synthetic_dataset(40), Device::cpu(1)), std::invalid_argument);
  options.network.layers.back() = layers::Linear{"fc2", 255};
  EXPECT_NO_THROW(Trainer(options, synthetic_dataset(40), Device::cpu(1)));
}

TEST(Trainer, RejectsWarmupAndDecayOutsideTheirRange) {
  for (const double value : {-0.1, 1.0}) {
    TrainOptions options = small_options();
    options.ema = value;
    EXPECT_THROW(Trainer(options, synthetic_dataset(40), Device::cpu(1)), std::invalid_argument);
    options = small_options();
    options.warmup = value;
    EXPECT_THROW(Trainer(options, synthetic_dataset(40), Device::cpu(1)), std::invalid_argument);
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, TrainerInBothPrecisions,
                         testing::Values(Dtype::float32, Dtype::bfloat16));

TEST(Trainer, OverfitsThirtyTwoImages) {
  TrainOptions options = small_options();
  options.validation = 0;
  options.epochs = 60;
  options.schedule = ScheduleKind::constant;
  Dataset data = synthetic_dataset(32);
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    data.labels[i] = static_cast<std::uint8_t>(i * 7 % 4);  // labels that only memory can know
    std::rotate(data.images.begin() + static_cast<std::ptrdiff_t>(64 * i),
                data.images.begin() + static_cast<std::ptrdiff_t>(64 * i + i),
                data.images.begin() + static_cast<std::ptrdiff_t>(64 * (i + 1)));
  }
  Trainer trainer(options, data, Device::cpu(2));
  trainer.run({});
  const Evaluation result = evaluate(
      trainer.network(), DeviceDataset(data, options.normalization, trainer.network().device()));
  EXPECT_EQ(result.correct, 32);
}

TEST(TrainOptions, SurviveJsonAndRejectAnUnknownPrecision) {
  TrainOptions options;
  options.validation = 7;
  options.precision = Dtype::bfloat16;
  options.schedule = ScheduleKind::cosine;
  std::string json = to_json(options);
  EXPECT_EQ(to_json(parse_train_options(json)), json);
  json.replace(json.find("bfloat16"), 8, "float8");
  EXPECT_THROW(parse_train_options(json), std::invalid_argument);
}

TEST(Trainer, SaysWhichOptionDoesNotFit) {
  const auto message = [](const TrainOptions& options) -> std::string {
    try {
      Trainer trainer(options, synthetic_dataset(40), Device::cpu(1));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no error";
  };
  TrainOptions options = small_options();
  options.learning_rate = std::nan("");
  EXPECT_EQ(message(options), "expected a learning rate above 0, received nan");
  options = small_options();
  options.validation = 40;
  EXPECT_EQ(message(options), "expected a validation set of 0 to 39 images, received 40");
  options = small_options();
  options.network.height = 9;
  EXPECT_EQ(message(options), "expected pictures of 9×8 for Small, received 8×8");
  options = small_options();
  options.non_digits = 1.5;
  EXPECT_EQ(message(options),
            "expected shares of non-digits and of European digits of 0 to 1, received 1.500000 and "
            "0.000000");
  options = small_options();
  options.european_digits = 0.1;
  EXPECT_EQ(message(options),
            "expected a network of the ten digits to show it European ones, received one of 4 "
            "classes: --european-digits 0 leaves them out");
  options = small_options();
  options.batch_size = 0;
  EXPECT_EQ(message(options), "expected epochs and a batch size of at least 1, received 3 and 0");
}

TEST(Trainer, StopsWhenTheLossIsNotFinite) {
  TrainOptions options = small_options();
  options.learning_rate = 1e30;
  options.schedule = ScheduleKind::constant;
  Trainer trainer(options, synthetic_dataset(100), Device::cpu(1));
  EXPECT_THROW(trainer.run({}), std::runtime_error);
}

TEST(Evaluation, CountsPredictionsAndMistakes) {
  const Dataset data = synthetic_dataset(300);
  const Network network(small_options().network, Device::cpu(2), 4);
  const Evaluation result = evaluate(network, DeviceDataset(data, {}, network.device()));
  EXPECT_EQ(result.count, 300);
  Index diagonal = 0;
  Index total = 0;
  for (std::size_t truth = 0; truth < 4; ++truth) {
    diagonal += result.confusion[truth][truth];
    for (const Index count : result.confusion[truth]) {
      total += count;
    }
  }
  EXPECT_EQ(diagonal, result.correct);
  EXPECT_EQ(total, 300);
  EXPECT_EQ(result.predictions.size(), 300U);
  EXPECT_GT(result.loss, 0);
}

TEST(Evaluation, SeesEachPictureAsItIsAndMoved) {
  const Dataset data = synthetic_dataset(300);
  const Network network(small_options().network, Device::cpu(2), 4);
  const DeviceDataset on_device(data, {}, network.device());
  std::vector<std::int32_t> rows(300);
  std::iota(rows.begin(), rows.end(), 0);
  const auto views = view_logits_of(network, on_device, rows, 3);
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[0], logits_of(network, on_device, rows));
  EXPECT_EQ(views[1].size(), views[0].size());
  EXPECT_NE(views[1], views[0]);
  EXPECT_NE(views[2], views[1]);
  EXPECT_EQ(view_logits_of(network, on_device, rows, 3), views);
}

TEST(Evaluation, ReportsTheMedianConfidence) {
  Evaluation result;
  EXPECT_EQ(result.median_confidence(), 0);
  result.confidences = {0.5F, 0.9F, 0.2F};
  EXPECT_EQ(result.median_confidence(), 0.5F);
  result.confidences.push_back(0.7F);
  EXPECT_EQ(result.median_confidence(), 0.7F);
}

// A short real training: a network of 13,000 parameters, one epoch, must read at least 96 of 100
// test digits.
TEST(RealMnist, OneEpochOfASmallNetworkReaches96Percent) {
  const auto folder = mnist_dir();
  if (!folder) {
    GTEST_SKIP() << kNoMnist;
  }
  TrainOptions options;
  options.network = {
      .name = "Small",
      .height = 28,
      .width = 28,
      .channels = 1,
      .layers = {layers::Conv2d{"conv1", 8, 3, {.padding = 1}}, layers::Relu{}, layers::MaxPool2d{},
                 layers::Conv2d{"conv2", 16, 3, {.padding = 1}}, layers::Relu{},
                 layers::MaxPool2d{}, layers::Flatten{}, layers::Linear{"fc", 10}}};
  options.epochs = 1;
  options.learning_rate = 0.005;
  Trainer trainer(options, load_mnist(*folder, MnistSplit::train), Device::cpu());
  trainer.run({});
  const DeviceDataset test(load_mnist(*folder, MnistSplit::test), options.normalization,
                           trainer.network().device());
  EXPECT_GE(evaluate(trainer.network(), test).accuracy(), 0.96);
}

}  // namespace
}  // namespace inkling
