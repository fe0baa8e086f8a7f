// The `inkling` program as its users call it: what it prints where, and how it ends.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/png.h"
#include "kernels/kernels.h"
#include "tests/support/idx_files.h"
#include "tests/support/temporary_folder.h"
#include "tests/train/synthetic.h"

namespace inkling {
namespace {

using testing::HasSubstr;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

std::string read_text(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    return {};  // /dev/full gives bytes without end
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Cli : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path data = folder.path() / "data";
  std::filesystem::path run = folder.path() / "run";
  std::filesystem::path out_file = folder.path() / "out";

  void SetUp() override {
    std::filesystem::create_directory(data);
    write_set("train", 400);
    write_set("t10k", 40);
    std::ofstream(folder.path() / "network.json") << to_json(small_options().network);
  }

  void write_set(const std::string& name, std::int64_t count) const {
    const Dataset set = synthetic_dataset(count);
    const auto images = static_cast<std::uint32_t>(count);
    write_file(data / (name + "-images-idx3-ubyte"), idx_bytes({images, 8, 8}, set.images));
    write_file(data / (name + "-labels-idx1-ubyte"), idx_bytes({images}, set.labels));
  }

  // largest_file: no file may grow beyond it, as on a disk that is full.
  pid_t start(const std::vector<std::string>& arguments,
              rlim_t largest_file = RLIM_INFINITY) const {
    std::vector<std::string> words{INKLING_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      (void)!std::freopen(out_file.c_str(), "w", stdout);
      (void)!std::freopen((folder.path() / "err").c_str(), "w", stderr);
      const rlimit limit{largest_file, largest_file};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);  // so that write() fails, as it does for want of space
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    return child;
  }

  Outcome finish(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_text(out_file),
            read_text(folder.path() / "err")};
  }

  Outcome inkling(const std::vector<std::string>& arguments) const {
    return finish(start(arguments));
  }

  // A training of 40 epochs, ended by a signal once the first epoch is done.
  Outcome stop_training_by(int signal) const {
    const pid_t child = start(train_arguments({"--epochs", "40"}));
    while (!std::filesystem::exists(run / "metrics.csv")) {
      int status = 0;
      if (::waitpid(child, &status, WNOHANG) != 0) {
        ADD_FAILURE() << read_text(folder.path() / "err");
        return {};
      }
      std::this_thread::yield();
    }
    ::kill(child, signal);
    return finish(child);
  }

  std::vector<std::string> train_arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"train",
                                   "--data",
                                   data,
                                   "--out",
                                   run,
                                   "--network",
                                   folder.path() / "network.json",
                                   "--validation",
                                   "40",
                                   "--batch-size",
                                   "16",
                                   "--lr",
                                   "0.01",
                                   "--epochs",
                                   "3"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(Cli, TrainWritesEverythingItPromises) {
  const Outcome result = inkling(train_arguments({"--json", "--min-accuracy", "0.9"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto summary = nlohmann::json::parse(result.out);
  EXPECT_GE(summary["test_accuracy"], 0.9);
  for (const char* name : {"model.safetensors", "checkpoint.safetensors", "config.json",
                           "metrics.jsonl", "metrics.csv", "loss.png", "predictions.png"}) {
    EXPECT_TRUE(std::filesystem::exists(run / name)) << name;
  }
  EXPECT_THAT(result.err, HasSubstr("epoch 3/3"));
  EXPECT_THAT(result.err, testing::Not(HasSubstr("\r"))) << "no bar where there is no terminal";
  const Outcome evaluation =
      inkling({"evaluate", "--model", run / "model.safetensors", "--data", data, "--json"});
  ASSERT_EQ(evaluation.exit_code, 0) << evaluation.err;
  EXPECT_EQ(nlohmann::json::parse(evaluation.out)["accuracy"], summary["test_accuracy"]);
  EXPECT_EQ(evaluation.err, "");
}

TEST_F(Cli, TrainEndsWithThreeBelowTheAskedAccuracy) {
  // At this rate nothing is learned: the random weights stay, and they do not get all right.
  const Outcome result = inkling(train_arguments({"--lr", "1e-9", "--min-accuracy", "1"}));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err,
              HasSubstr("expected a test accuracy of at least 1.0000 (--min-accuracy)"));
}

TEST_F(Cli, TrainStopsAtASignalAndResumesToTheSameWeights) {
  ASSERT_EQ(inkling(train_arguments({"--epochs", "40"})).exit_code, 0);
  const std::string undisturbed = read_text(run / "model.safetensors");
  for (const int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove_all(run);
    const Outcome stopped = stop_training_by(signal);
    ASSERT_EQ(stopped.exit_code, 128 + signal) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("--resume goes on from here"));
    EXPECT_FALSE(std::filesystem::exists(run / "model.safetensors"));

    const Outcome resumed = inkling(train_arguments({"--epochs", "40", "--resume"}));
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_EQ(read_text(run / "model.safetensors"), undisturbed);
  }
}

TEST_F(Cli, TrainNeverOverwritesATraining) {
  ASSERT_EQ(inkling(train_arguments()).exit_code, 0);
  const Outcome again = inkling(train_arguments());
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("holds a training already: add --resume"));
}

TEST_F(Cli, TrainOnAFullDiskSaysSoAndKeepsTheCheckpointBefore) {
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

TEST_F(Cli, SaysSoWhenTheResultCannotBeWritten) {
  out_file = "/dev/full";
  const Outcome result = inkling({"gradcheck", "--op", "relu", "--json"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write the result to standard output"));
}

TEST_F(Cli, SaysInOneLineWhatIsWrong) {
  const auto expect_line = [&](const std::vector<std::string>& arguments, int exit_code,
                               const std::string& part) {
    const Outcome result = inkling(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
  };
  expect_line({}, 2, "see inkling --help");
  expect_line({"trian"}, 2, "received trian");
  expect_line({"gradcheck", "--bogus"}, 2, "--bogus");
  expect_line({"gradcheck", "bogus"}, 2, "bogus");
  expect_line({"train", "--data", data}, 2, "--out");
  expect_line(train_arguments({"--epochs", "0"}), 2, "--epochs");
  expect_line(train_arguments({"--schedule", "linear"}), 2, "--schedule: linear not in");
  expect_line(train_arguments({"--lr", "nan"}), 2, "--lr: expected a number from");
  expect_line(train_arguments({"--lr", "0"}), 2, "--lr: expected a number from");
  expect_line(train_arguments({"--label-smoothing", "1"}), 2,
              "--label-smoothing: expected a number from 0 to 0.99, received 1");
  expect_line(train_arguments({"--min-accuracy", "99%"}), 2,
              "--min-accuracy: expected a number from 0 to 1, received 99%");
  expect_line(train_arguments({"--seed", "-1"}), 2,
              "--seed: expected a whole number from 0, received -1");
  expect_line({"train", "--data", folder.path() / "absent", "--out", run}, 1, "absent");
  expect_line(train_arguments({"--resume"}), 1, "to resume from");
  if (cuda::device_count() == 0) {
    expect_line(train_arguments({"--device", "cuda"}), 1, "no CUDA");
  }
  expect_line(train_arguments({"--device", "cpu", "--precision", "bf16"}), 1,
              "expected --precision float32 on the CPU, received bf16");
  expect_line({"evaluate", "--model", "/absent.safetensors", "--data", data}, 1,
              "cannot read /absent.safetensors");
  expect_line({"gradcheck", "--op", "gelu"}, 2, "--op: gelu not in");
  expect_line({"train", "--data", data, "--out", "/proc/run"}, 1,
              "cannot make the folder /proc/run");
}

TEST_F(Cli, MissesNoTestSetAfterALongTraining) {
  std::filesystem::remove(data / "t10k-labels-idx1-ubyte");
  const Outcome result = inkling(train_arguments());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("t10k-labels-idx1-ubyte"));
  EXPECT_THAT(result.err, testing::Not(HasSubstr("epoch 1/")));
}

TEST_F(Cli, GradcheckPrintsATableOrJson) {
  const Outcome table = inkling({"gradcheck", "--op", "linear"});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.out, HasSubstr("every gradient is right"));
  const Outcome json = inkling({"gradcheck", "--op", "linear", "--json"});
  const auto report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["passed"], true);
  EXPECT_LE(report["checks"][0]["gradient_error"], 1e-6);
  EXPECT_TRUE(report["checks"][0]["forward_error"].is_null());
}

TEST_F(Cli, PredictRecognisesADigitAndNamesEachPictureThatItCannotRead) {
  std::vector<std::uint8_t> one(28 * 28, 0);  // a bar, as MNIST draws it
  for (std::size_t y = 4; y < 24; ++y) {
    one[y * 28 + 13] = one[y * 28 + 14] = 255;
  }
  const std::string good = folder.path() / "one.png";
  const std::string blank = folder.path() / "blank.png";
  const std::string text = folder.path() / "text.png";
  write_file(good, encode_grey_png(one, 28, 28));
  write_file(blank, encode_grey_png(std::vector<std::uint8_t>(28 * 28, 255), 28, 28));
  std::ofstream(text) << "no picture";
  const std::vector<std::string> predict{"predict", "--model", INKLING_SHIPPED_MODEL};

  auto arguments = predict;
  arguments.push_back(good);
  const Outcome plain = inkling(arguments);
  EXPECT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_EQ(plain.out.find(good + ": 1 ("), 0U) << plain.out;
  EXPECT_EQ(plain.err, "");

  arguments.insert(arguments.end(), {blank, text, "/absent.png", "--json"});
  const Outcome mixed = inkling(arguments);
  EXPECT_EQ(mixed.exit_code, 1) << "not every picture could be read";
  const auto results = nlohmann::json::parse(mixed.out);
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0]["image"], good);
  EXPECT_EQ(results[0]["predicted_digit"], 1);
  EXPECT_EQ(results[0]["probabilities"].size(), 10U);
  EXPECT_EQ(results[0]["confidence"], results[0]["probabilities"][1]);
  EXPECT_EQ(results[1]["error"], "the picture is blank");
  EXPECT_EQ(results[3]["error"], "cannot read /absent.png: No such file or directory");
  EXPECT_EQ(std::count(mixed.err.begin(), mixed.err.end(), '\n'), 3) << mixed.err;
  EXPECT_THAT(mixed.err, HasSubstr("inkling: " + text + ": "));
}

TEST_F(Cli, PredictRefusesANetworkForOtherPictures) {
  ASSERT_EQ(inkling(train_arguments({"--epochs", "1"})).exit_code, 0);
  const Outcome wrong_size = inkling({"predict", "--model", run / "model.safetensors", "x.png"});
  EXPECT_EQ(wrong_size.exit_code, 1);
  EXPECT_THAT(wrong_size.err,
              HasSubstr("expected a network for 28×28 pictures, received one for 8×8"));
}

}  // namespace
}  // namespace inkling
