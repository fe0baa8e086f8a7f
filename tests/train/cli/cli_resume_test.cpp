// Trainings that are stopped, and go on.
#include <nlohmann/json.hpp>

#include "engine/io/safetensors.h"
#include "tests/train/cli/cli.h"

namespace inkling {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CliResume : public Cli {
 protected:
  // Runs the command that an interrupted training printed, as a user would who copies it. An exit
  // code.
  static int run_hint(const std::string& err) {
    const auto begin = err.find("to go on:\n");
    if (begin == std::string::npos) {
      ADD_FAILURE() << err;
      return -1;
    }
    return run_in_shell(err.substr(begin + 10) + " 2>/dev/null");
  }

  std::vector<std::string> resume_arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"train", "--out", run, "--resume"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Json config() const { return Json::parse(read_text(run / "config.json")); }

  // Of the checkpoint.
  Json progress() const {
    const std::string bytes = read_text(run / "checkpoint.safetensors");
    const auto contents = parse_safetensors(std::as_bytes(std::span(bytes)), "checkpoint");
    return Json::parse(contents.metadata.at("inkling.progress"));
  }
};

TEST_F(CliResume, TrainStopsAtASignalAndResumesToTheSameWeights) {
  ASSERT_EQ(inkling(train_arguments({"--epochs", "40"})).exit_code, 0);
  const std::string undisturbed = read_text(run / "model.safetensors");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::filesystem::remove_all(run);
    const Outcome stopped = stop_training_by(signal);
    ASSERT_EQ(stopped.exit_code, 128 + signal) << stopped.err;
    EXPECT_FALSE(std::filesystem::exists(run / "model.safetensors"));

    ASSERT_EQ(run_hint(stopped.err), 0);
    EXPECT_EQ(read_text(run / "model.safetensors"), undisturbed);
  }
}

TEST_F(CliResume, TrainNeverOverwritesATraining) {
  ASSERT_EQ(inkling(train_arguments()).exit_code, 0);
  const Outcome again = inkling(train_arguments());
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("holds a training already: add --resume"));
}

TEST_F(CliResume, TrainOnAFullDiskSaysSoAndKeepsTheCheckpointBefore) {
  ASSERT_EQ(stop_training_by(SIGINT).exit_code, 130);
  const std::string before = read_text(run / "checkpoint.safetensors");
  ASSERT_GT(before.size(), 4096U);
  const Outcome full = finish(start(train_arguments({"--epochs", "40", "--resume"}), 4096));
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.err, HasSubstr("inkling: cannot write " +
                                  (run / "checkpoint.safetensors").string() + ": "));
  EXPECT_EQ(read_text(run / "checkpoint.safetensors"), before);
  for (const auto& entry : std::filesystem::directory_iterator(run)) {
    EXPECT_THAT(entry.path().string(), testing::Not(HasSubstr(".tmp")))
        << "no temporary file is left";
  }
}

TEST_F(CliResume, PrintsACommandThatWorksForAnyFolder) {
  run = folder.path() / "it's a $run";
  ASSERT_EQ(run_hint(stop_training_by(SIGINT).err), 0);
  EXPECT_TRUE(std::filesystem::exists(run / "model.safetensors"));
}

TEST_F(CliResume, TakesEveryOptionFromTheRunThatItGoesOnWith) {
  const std::vector<std::string> options{
      "--epochs",        "40", "--seed", "7",   "--weights-dtype",   "float16",
      "--augment-shift", "1",  "--ema",  "0.9", "--augment-elastic", "1",
      "--warmup",        "0.2"};
  ASSERT_EQ(inkling(train_arguments(options)).exit_code, 0);
  const std::string undisturbed = read_text(run / "model.safetensors");
  std::filesystem::remove_all(run);
  ASSERT_EQ(stop_by(SIGTERM, run / "metrics.csv", train_arguments(options)).exit_code, 143);
  const Outcome resumed = inkling(resume_arguments());
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(read_text(run / "model.safetensors"), undisturbed);
}

TEST_F(CliResume, NamesTheFlagThatDiffersAndChangesNothing) {
  ASSERT_EQ(stop_training_by(SIGINT).exit_code, 130);
  const std::string before = read_text(run / "config.json");
  const auto refused = [&](const std::vector<std::string>& flag, const std::string& part) {
    expect_refusal(resume_arguments(flag), 2, part);
  };
  refused({"--lr", "0.5"}, "expected --lr 0.01, as in " + (run / "config.json").string() +
                               ", received 0.5: leave it out, or train into another folder");
  refused({"--epochs", "39"}, "expected --epochs 40 or more, as in");
  refused({"--augment-zoom", "0.1"}, "expected --augment-zoom 0");
  refused({"--augment-thickness", "0.5"}, "expected --augment-thickness 0");
  refused({"--ema", "0.99"}, "expected --ema 0");
  refused({"--schedule", "cosine"}, "expected --schedule one-cycle, as in");
  std::ofstream(folder.path() / "other.json")
      << R"({"name": "Other", "input": {"height": 8, "width": 8, "channels": 1},
            "layers": [{"type": "flatten"}, {"type": "linear", "name": "fc", "out_features": 4}]})";
  refused({"--network", folder.path() / "other.json"}, "expected --network another one, as in");
  EXPECT_EQ(read_text(run / "config.json"), before);
}

TEST_F(CliResume, GoesOnWithMoreEpochsWithOtherDataFoldersAndThreads) {
  ASSERT_EQ(inkling(train_arguments({"--epochs", "2"})).exit_code, 0);
  std::filesystem::rename(data, folder.path() / "moved");
  const Outcome more = inkling(resume_arguments(
      {"--epochs", "5", "--data", folder.path() / "moved", "--threads", "1", "--json"}));
  ASSERT_EQ(more.exit_code, 0) << more.err;
  EXPECT_EQ(Json::parse(more.out)["epochs"], 5);
  EXPECT_THAT(more.err, HasSubstr("epoch 5/5"));
  EXPECT_THAT(more.err, testing::Not(HasSubstr("epoch 2/5")));
  EXPECT_EQ(config()["data"], (folder.path() / "moved").string());
}

TEST_F(CliResume, SaysWhatAFolderWithoutATrainingLacks) {
  expect_refusal(resume_arguments(), 1, "expected " + (run / "checkpoint.safetensors").string());
  ASSERT_EQ(inkling(train_arguments()).exit_code, 0);
  Json with_invalid_calibration = config();
  with_invalid_calibration["calibration"] = {{"temperature", -1}, {"min_confidence", 0.5}};
  std::ofstream(run / "config.json") << with_invalid_calibration;
  expect_refusal(resume_arguments(), 1, "expected the settings of a training");
  std::ofstream(run / "config.json") << "{}";
  expect_refusal(resume_arguments(), 1, "expected the settings of a training");
  std::filesystem::remove(run / "config.json");
  expect_refusal(resume_arguments(), 1, "expected " + (run / "config.json").string());
}

// config.json as it was when it held nothing but the options of the training.
TEST_F(CliResume, GoesOnWithARunThatKnowsNoFolderOfItsData) {
  ASSERT_EQ(stop_training_by(SIGINT).exit_code, 130);
  Json options = config();
  for (const char* key :
       {"data", "device", "threads", "checkpoint_every", "weights_dtype", "test", "min_accuracy"}) {
    ASSERT_EQ(options.erase(key), 1U) << key;
  }
  std::ofstream(run / "config.json") << options;
  expect_refusal(resume_arguments(), 2, "expected --data, received none");
  const Outcome resumed = inkling(resume_arguments({"--data", data}));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
}

// Killed with no chance to save: the last checkpoint is from within the first epoch.
TEST_F(CliResume, WritesCheckpointsWithinAnEpoch) {
  const std::vector<std::string> options{"--epochs", "2", "--batch-size", "1"};
  ASSERT_EQ(inkling(train_arguments(options)).exit_code, 0);
  const std::string undisturbed = read_text(run / "model.safetensors");
  std::filesystem::remove_all(run);
  auto often = options;
  often.insert(often.end(), {"--checkpoint-every", "0"});
  ASSERT_EQ(stop_by(SIGKILL, run / "checkpoint.safetensors", train_arguments(often)).exit_code,
            -SIGKILL);
  EXPECT_EQ(progress()["epoch"], 0);
  EXPECT_GT(progress()["step_in_epoch"], 0);
  const Outcome resumed = inkling(resume_arguments({"--checkpoint-every", "100"}));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(read_text(run / "model.safetensors"), undisturbed);
}

TEST_F(CliResume, GoesOnWhenItIsToldToIgnoreHangups) {
  const auto with_hangup_ignored = ::signal(SIGHUP, SIG_IGN);  // as nohup does; children inherit it
  const pid_t child = start(train_arguments({"--epochs", "40"}));
  ::signal(SIGHUP, with_hangup_ignored);
  while (!std::filesystem::exists(run / "config.json")) {
    std::this_thread::yield();
  }
  ::kill(child, SIGHUP);
  EXPECT_EQ(finish(child).exit_code, 0);
}

TEST_F(CliResume, LeavesNoFolderWhenItFailsBeforeItWroteAnything) {
  const std::filesystem::path nested = folder.path() / "runs" / "first";
  auto arguments = train_arguments();
  arguments[4] = nested;
  auto with = [&](const std::vector<std::string>& more) {
    auto words = arguments;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  EXPECT_EQ(inkling(with({"--validation", "400"})).exit_code, 1);
  EXPECT_EQ(inkling(with({"--data", folder.path() / "absent"})).exit_code, 1);
  EXPECT_EQ(finish(start(arguments, 16)).exit_code, 1) << "config.json does not fit";
  EXPECT_FALSE(std::filesystem::exists(nested));
}

}  // namespace
}  // namespace inkling
