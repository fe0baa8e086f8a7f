#include "train/checkpoint.h"

#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "tests/support/damage.h"
#include "tests/support/temporary_folder.h"
#include "tests/train/synthetic.h"
#include "train/metrics.h"

namespace inkling {
namespace {

class Checkpoint : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "checkpoint.safetensors";
  Dataset data = synthetic_dataset(100);
  Device device = Device::cpu(2);

  // Trains until `steps` steps are done in all, then saves.
  void stop_after(Trainer& trainer, Index steps) {
    trainer.run({.after_step = [&](const Trainer&) { return trainer.steps() < steps; },
                 .after_epoch = nullptr});
    save_checkpoint(path, trainer);
  }

  std::string message(const TrainOptions& options) {
    Trainer trainer(options, data, device);
    try {
      load_checkpoint(path, trainer);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(Checkpoint, ResumesBitIdenticallyFromAnyStep) {
  TrainOptions options = small_options();
  options.augmentation.shift = 1;
  options.non_digits = 0.1;  // 8 among 80: 88 pictures, 6 steps an epoch
  Trainer undisturbed(options, data, device);
  undisturbed.run({});
  for (const Index steps : {1, 5, 6, 7, 12, 17}) {  // within an epoch, at and after its end
    Trainer first(options, data, device);
    stop_after(first, steps);
    Trainer second(options, data, device);
    load_checkpoint(path, second);
    EXPECT_EQ(second.steps(), steps);
    EXPECT_TRUE(second.run({}));
    EXPECT_EQ(weights_of(second.network()), weights_of(undisturbed.network())) << steps;
    ASSERT_EQ(second.progress().history.size(), 3U);
    EXPECT_EQ(second.progress().history[2].train_loss,
              undisturbed.progress().history[2].train_loss);
    EXPECT_EQ(second.progress().history[0].train_accuracy,
              undisturbed.progress().history[0].train_accuracy);
  }
}

TEST_F(Checkpoint, KeepsTheAveragedWeights) {
  TrainOptions options = small_options();
  options.ema = 0.9;
  Trainer undisturbed(options, data, device);
  undisturbed.run({});
  Trainer first(options, data, device);
  stop_after(first, 7);
  Trainer second(options, data, device);
  load_checkpoint(path, second);
  EXPECT_EQ(weights_of(second.result()), weights_of(first.result()));
  EXPECT_TRUE(second.run({}));
  EXPECT_EQ(weights_of(second.result()), weights_of(undisturbed.result()));
}

TEST_F(Checkpoint, OfAnEarlierVersionHasTheDefaultsOfWhatItDidNotKnow) {
  Trainer trainer(small_options(), data, device);
  stop_after(trainer, 2);
  const auto bytes = read_file(path);
  Safetensors contents = parse_safetensors(bytes, path.string());
  auto stored = nlohmann::json::parse(contents.metadata.at("inkling.options"));
  stored.erase("ema");
  stored.erase("warmup");
  stored.erase("non_digits");
  stored.erase("european_digits");
  stored["augmentation"].erase("elastic");
  contents.metadata["inkling.options"] = stored.dump();
  write_file_atomically(path, serialize_safetensors(contents));
  EXPECT_EQ(message(small_options()), "no error");
  TrainOptions options = small_options();
  options.ema = 0.9;
  EXPECT_NE(message(options).find("this checkpoint was made with ema 0.0, not 0.9"),
            std::string::npos)
      << message(options);
}

TEST_F(Checkpoint, RejectsOtherOptionsAndNamesThem) {
  Trainer trainer(small_options(), data, device);
  stop_after(trainer, 2);
  TrainOptions options = small_options();
  options.batch_size = 8;
  EXPECT_NE(message(options).find("this checkpoint was made with batch_size 16, not 8"),
            std::string::npos)
      << message(options);
}

TEST_F(Checkpoint, RejectsAnotherTrainingSet) {
  Trainer trainer(small_options(), data, device);
  stop_after(trainer, 2);
  data.labels[99] = 0;
  EXPECT_NE(message(small_options()).find("this checkpoint was made with another training set"),
            std::string::npos)
      << message(small_options());
}

TEST_F(Checkpoint, SurvivesRandomCorruption) {
  Trainer trainer(small_options(), data, device);
  stop_after(trainer, 7);
  const auto bytes = read_file(path);
  Trainer target(small_options(), data, device);
  for (std::uint32_t round = 0; round < 2000; ++round) {
    write_file_atomically(path, damaged(bytes, round, 4096));
    try {
      load_checkpoint(path, target);
    } catch (const WeightsError&) {  // the only error that may come; a changed weight is none
    }
  }
}

TEST_F(Checkpoint, RejectsADamagedFile) {
  Trainer trainer(small_options(), data, device);
  stop_after(trainer, 2);
  const auto bytes = read_file(path);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{4}, bytes.size() / 2, bytes.size() - 1}) {
    write_file_atomically(path, std::span(bytes).first(size));
    EXPECT_NE(message(small_options()), "no error") << size;
  }
  save_model(path, trainer.network(), {});
  EXPECT_NE(message(small_options()).find("is it a checkpoint of inkling train?"),
            std::string::npos);
}

// Offsets, epochs and counts that no training reaches must not steer one.
TEST_F(Checkpoint, RejectsProgressThatNoTrainingReaches) {
  Trainer trainer(small_options(), data, device);
  stop_after(trainer, 7);  // of 5 steps an epoch
  const auto bytes = read_file(path);
  for (const auto& [key, value] :
       std::map<std::string, nlohmann::json>{{"epoch", 99},
                                             {"step_in_epoch", -3},
                                             {"steps", -5},
                                             {"history", nlohmann::json::array()},
                                             {"correct", -1}}) {
    Safetensors contents = parse_safetensors(bytes, "F");
    auto progress = nlohmann::json::parse(contents.metadata["inkling.progress"]);
    progress[key] = value;
    contents.metadata["inkling.progress"] = progress.dump();
    write_file_atomically(path, serialize_safetensors(contents));
    EXPECT_NE(message(small_options()).find("received other numbers (damaged)"), std::string::npos)
        << key;
  }
}

TEST(Metrics, AreOneLineAnEpochInBothFiles) {
  const TemporaryFolder folder;
  const EpochRecord first{.epoch = 1,
                          .train_loss = 0.5,
                          .train_accuracy = 0.9,
                          .validation_loss = std::nullopt,
                          .validation_accuracy = std::nullopt,
                          .learning_rate = 0.001,
                          .seconds = 2,
                          .images_per_second = 50};
  EpochRecord second = first;
  second.epoch = 2;
  second.validation_loss = 0.25;
  second.validation_accuracy = 0.95;
  write_metrics(folder.path(), std::vector{first, second});

  std::ifstream lines(folder.path() / "metrics.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_TRUE(nlohmann::json::parse(line)["validation_loss"].is_null());
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(parse_json_line(line).validation_accuracy, 0.95);
  EXPECT_FALSE(std::getline(lines, line));

  std::ifstream table(folder.path() / "metrics.csv");
  ASSERT_TRUE(std::getline(table, line));
  EXPECT_EQ(line,
            "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,"
            "seconds,images_per_second");
  ASSERT_TRUE(std::getline(table, line));
  EXPECT_EQ(line, "1,0.5,0.9,,,0.001,2.0,50.0");
}

}  // namespace
}  // namespace inkling
