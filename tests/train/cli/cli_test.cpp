// The `inkling` program as its users call it: what it prints where, and how it ends.
#include "tests/train/cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/png.h"
#include "engine/io/weights.h"

namespace inkling {
namespace {

using testing::HasSubstr;

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

TEST_F(Cli, TakesSizeAndClassesFromTheData) {
  std::ofstream(data / "classes.txt") << "north\nwest\nsouth\neast\n";
  const Outcome result = inkling({"train", "--data", data, "--out", run, "--epochs", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto network = nlohmann::json::parse(read_text(run / "config.json"))["network"];
  EXPECT_EQ(network["name"], "LargerCNN");
  EXPECT_EQ(network["input"]["height"], 8);
  EXPECT_EQ(network["classes"], (std::vector<std::string>{"north", "west", "south", "east"}));
  const Outcome table = inkling({"evaluate", "--model", run / "model.safetensors", "--data", data});
  EXPECT_THAT(table.out, HasSubstr("\n 2 south  "));
  const auto json = nlohmann::json::parse(
      inkling({"evaluate", "--model", run / "model.safetensors", "--data", data, "--json"}).out);
  EXPECT_EQ(json["per_class"].size(), 4U);
  EXPECT_EQ(json["per_class"][3]["name"], "east");
  std::ofstream(data / "classes.txt") << "up\nleft\ndown\nright\n";
  const Outcome others =
      inkling({"evaluate", "--model", run / "model.safetensors", "--data", data});
  EXPECT_EQ(others.exit_code, 1);
  EXPECT_THAT(others.err, HasSubstr("expected a data set of the classes of LargerCNN (4, north … "
                                    "east), received one of others (4, up … right)"));
}

TEST_F(Cli, ResumesANetworkWhoseClassesTheDataNamed) {
  std::ofstream(data / "classes.txt") << "north\nwest\nsouth\neast\n";
  ASSERT_EQ(inkling(train_arguments({})).exit_code, 0);
  const Outcome resumed = inkling({"train", "--out", run, "--resume", "--epochs", "4", "--network",
                                   folder.path() / "network.json"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(read_text(run / "config.json"), HasSubstr("south"));
}

TEST_F(Cli, RefusesANetworkOfOtherClassesThanTheData) {
  std::ofstream(data / "classes.txt") << "north\nwest\nsouth\neast\nnowhere\n";
  const Outcome result = inkling(train_arguments({}));
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("as many logits as it has classes, 5, received 4"));
}

TEST_F(Cli, EvaluatesSeveralNetworksTogether) {
  ASSERT_EQ(inkling(train_arguments({"--seed", "1"})).exit_code, 0);
  const std::string first = run / "model.safetensors";
  run = folder.path() / "second";
  ASSERT_EQ(inkling(train_arguments({"--seed", "2"})).exit_code, 0);
  const Outcome both = inkling({"evaluate", "--model", first, "--model", run / "model.safetensors",
                                "--data", data, "--json"});
  ASSERT_EQ(both.exit_code, 0) << both.err;
  const auto summary = nlohmann::json::parse(both.out);
  EXPECT_EQ(summary["model"], "2 networks together");
  EXPECT_GE(summary["accuracy"], 0.9);
  EXPECT_EQ(summary["temperature"], 1);
}

TEST_F(Cli, EvaluatesSeveralViewsOfWhatWasHeldOut) {
  const Outcome trained = inkling(train_arguments({"--json", "--validation", "100"}));
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto evaluated = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"evaluate", "--model", run / "model.safetensors",
                                       "--data",   data,      "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome result = inkling(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out);
  };
  const auto held_out = evaluated({"--held-out", "100"});
  EXPECT_EQ(held_out["count"], 100);
  EXPECT_EQ(held_out["accuracy"], nlohmann::json::parse(trained.out)["validation_accuracy"]);
  const auto views = evaluated({"--held-out", "100", "--views", "4"});
  EXPECT_EQ(views["model"], "Small, 4 views");
  EXPECT_EQ(views["count"], 100);
  EXPECT_NE(views["loss"], held_out["loss"]);
  EXPECT_EQ(inkling({"evaluate", "--data", data, "--held-out", "10", "--train-split"}).exit_code,
            2);
  const Outcome too_many = inkling({"evaluate", "--data", data, "--held-out", "1000000"});
  EXPECT_EQ(too_many.exit_code, 1);
  EXPECT_THAT(too_many.err, HasSubstr("received 1000000"));
}

TEST_F(Cli, HoldsOutATwelfthOfASmallTrainingSet) {
  const Outcome result = inkling({"train", "--data", data, "--out", run, "--network",
                                  folder.path() / "network.json", "--epochs", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("367 images an epoch"));
  EXPECT_EQ(nlohmann::json::parse(read_text(run / "config.json"))["validation"], 33);
}

TEST_F(Cli, TrainCalibratesOnWhatIsHeldOutAndTakesThatToATrainingOnAll) {
  const Outcome chosen =
      inkling(train_arguments({"--json", "--non-digits", "0.2", "--answer-share", "0.9"}));
  ASSERT_EQ(chosen.exit_code, 0) << chosen.err;
  const auto summary = nlohmann::json::parse(chosen.out);
  EXPECT_GT(summary["temperature"], 0);
  EXPECT_GT(summary["min_confidence"], 0);
  EXPECT_GE(summary["non_digits_abstained"], 0);
  const std::string calibrated = run / "model.safetensors";
  const auto evaluation = nlohmann::json::parse(
      inkling({"evaluate", "--model", calibrated, "--data", data, "--json"}).out);
  EXPECT_EQ(evaluation["temperature"], summary["temperature"]);
  EXPECT_EQ(evaluation["min_confidence"], summary["min_confidence"]);
  EXPECT_LE(evaluation["answered"], 1);
  EXPECT_GE(evaluation["expected_calibration_error"], 0);

  run = folder.path() / "final";
  const Outcome final_run =
      inkling(train_arguments({"--json", "--validation", "0", "--calibration", calibrated}));
  ASSERT_EQ(final_run.exit_code, 0) << final_run.err;
  EXPECT_EQ(nlohmann::json::parse(final_run.out)["temperature"], summary["temperature"]);

  run = folder.path() / "without";
  const Outcome without = inkling(train_arguments({"--json", "--validation", "0"}));
  ASSERT_EQ(without.exit_code, 0) << without.err;
  EXPECT_FALSE(nlohmann::json::parse(without.out).contains("temperature"));
  EXPECT_THAT(without.err, HasSubstr("not calibrated: no images were held out"));
  const std::string uncalibrated = run / "model.safetensors";
  run = folder.path() / "never";
  const Outcome refused = inkling(train_arguments({"--calibration", uncalibrated}));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("expected --calibration with calibrated weights, received " +
                                     uncalibrated));
}

TEST_F(Cli, TrainBeginsWithARecipeAndFlagsChangeIt) {
  const Outcome without_names = inkling(train_arguments({"--recipe", "best"}));
  EXPECT_EQ(without_names.exit_code, 1);
  EXPECT_THAT(without_names.err, HasSubstr("--european-digits 0 leaves them out"));
  std::ofstream(data / "classes.txt") << "north\nwest\nsouth\neast\n";
  ASSERT_EQ(inkling(train_arguments({"--recipe", "best", "--augment-shift", "1"})).exit_code, 0);
  const auto config = nlohmann::json::parse(read_text(run / "config.json"));
  EXPECT_EQ(config["ema"], 0.999);
  EXPECT_EQ(config["non_digits"], 0.1);
  EXPECT_EQ(config["european_digits"], 0) << "the classes are no digits";
  EXPECT_EQ(config["augmentation"]["rotation"], 10);
  EXPECT_EQ(config["augmentation"]["shift"], 1) << "the flag, not the recipe";
  EXPECT_EQ(config["epochs"], 3) << "the flag, not the recipe";
  EXPECT_EQ(config["network"]["name"], "Small");
  const Outcome both = inkling({"train", "--out", run, "--resume", "--recipe", "best"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("expected --resume or --recipe, received both"));
}

TEST_F(Cli, TrainEndsWithThreeBelowTheAskedAccuracy) {
  // At this rate nothing is learned: the random weights stay, and they do not get all right.
  const Outcome result = inkling(train_arguments({"--lr", "1e-9", "--min-accuracy", "1"}));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err,
              HasSubstr("expected a test accuracy of at least 1.0000 (--min-accuracy)"));
}

// On a file system of one megabyte, in a mount namespace of its own.
TEST_F(Cli, TrainAsksForDiskSpaceBeforeTheFirstEpoch) {
  const std::filesystem::path disk = folder.path() / "disk";
  std::filesystem::create_directory(disk);
  const std::string in_namespace =
      "unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=1m none \"$0\" && exec "
      "\"$@\"' '" +
      disk.string() + "' ";
  if (run_in_shell(in_namespace + "true 2>/dev/null") != 0) {
    GTEST_SKIP() << "this machine lets no user mount a file system of its own";
  }
  std::string command = in_namespace + "'" INKLING_BINARY "'";
  run = disk / "run";
  for (const std::string& word : train_arguments()) {
    command += " '" + word + "'";
  }
  const std::string err = (folder.path() / "err").string();
  EXPECT_EQ(run_in_shell(command + " 2> '" + err + "'"), 1);
  EXPECT_THAT(
      read_text(err),
      testing::MatchesRegex("inkling: expected [0-9]+ MB of free disk space for " + run.string() +
                            ", received 1 MB: free some, or give another --out\n"));
}

TEST_F(Cli, SaysSoWhenTheResultCannotBeWritten) {
  out_file = "/dev/full";
  const Outcome result = inkling({"gradcheck", "--op", "relu", "--json"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cannot write the result to standard output"));
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
  EXPECT_THAT(table.out,
              HasSubstr("checks of gradients against finite differences, and of values against "
                        "plain operations: all passed"));
  const Outcome json = inkling({"gradcheck", "--op", "linear", "--json"});
  const auto report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["passed"], true);
  EXPECT_LE(report["checks"][0]["gradient_error"], 1e-6);
  EXPECT_TRUE(report["checks"][0]["forward_error"].is_null());
}

TEST_F(Cli, PredictRecognizesADigitAndNamesEachPictureThatItCannotRead) {
  std::vector<std::uint8_t> one(28 * 28, 0);  // a bar, as MNIST draws it
  for (std::size_t y = 4; y < 24; ++y) {
    one[y * 28 + 13] = one[y * 28 + 14] = 255;
  }
  const std::string good = folder.path() / "one.png";
  const std::string blank = folder.path() / "blank.png";
  const std::string text = folder.path() / "text.png";
  write_file(good, encode_gray_png(one, 28, 28));
  write_file(blank, encode_gray_png(std::vector<std::uint8_t>(28 * 28, 255), 28, 28));
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
  EXPECT_EQ(results[0]["abstain"], false);
  EXPECT_TRUE(results[0]["reason"].is_null());
  EXPECT_EQ(results[1]["error"], blank + ": the picture is blank");
  EXPECT_EQ(results[3]["error"], "cannot read /absent.png: No such file or directory");
  EXPECT_EQ(std::count(mixed.err.begin(), mixed.err.end(), '\n'), 3) << mixed.err;
  EXPECT_THAT(mixed.err, HasSubstr("inkling: " + text + ": "));
  EXPECT_THAT(mixed.err,
              HasSubstr("inkling: cannot read /absent.png: No such file or directory\n"));
}

TEST_F(Cli, PredictReadsStandardInputWithTheShippedModel) {
  std::vector<std::uint8_t> one(28 * 28, 0);
  for (std::size_t y = 4; y < 24; ++y) {
    one[y * 28 + 13] = one[y * 28 + 14] = 255;
  }
  in_file = folder.path() / "one.png";
  write_file(in_file, encode_gray_png(one, 28, 28));
  const Outcome result = inkling({"predict", "-"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out.rfind("-: 1 (", 0), 0U) << result.out;
  in_file = "/dev/null";
  const Outcome empty = inkling({"predict", "-"});
  EXPECT_EQ(empty.exit_code, 1);
  EXPECT_THAT(empty.err, HasSubstr("inkling: -: Expected a PNG, JPEG or WebP picture, received no "
                                   "bytes at all"));
}

TEST_F(Cli, PredictNamesTheClassOfANetworkOfOtherSizeAndClasses) {
  std::ofstream(data / "classes.txt") << "north\nwest\nsouth\neast\n";
  ASSERT_EQ(inkling(train_arguments({})).exit_code, 0);
  std::vector<std::uint8_t> block(40 * 40, 0);
  for (std::size_t y = 8; y < 32; ++y) {
    std::fill_n(block.begin() + static_cast<std::ptrdiff_t>(40 * y + 8), 24, 255);
  }
  const std::string picture = folder.path() / "block.png";
  write_file(picture, encode_gray_png(block, 40, 40));
  const Outcome json =
      inkling({"predict", "--model", run / "model.safetensors", picture, "--json"});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const auto answer = nlohmann::json::parse(json.out)[0];
  const std::vector<std::string> names{"north", "west", "south", "east"};
  EXPECT_EQ(answer["predicted_class"], names.at(answer["predicted_digit"]));
  const Outcome plain = inkling({"predict", "--model", run / "model.safetensors", picture});
  EXPECT_THAT(plain.out, HasSubstr(": " + answer["predicted_class"].get<std::string>() + " ("));
}

TEST_F(Cli, PredictRejectsANetworkForPicturesThatAreNotSquare) {
  const NetworkSpec spec{"Oblong", 8, 9, 1, {layers::Flatten{}, layers::Linear{"fc", 2}}};
  const std::string weights = folder.path() / "oblong.safetensors";
  save_model(weights, Network(spec, Device::cpu(1)), Normalization{});
  const Outcome oblong = inkling({"predict", "--model", weights, "x.png"});
  EXPECT_EQ(oblong.exit_code, 1);
  EXPECT_THAT(oblong.err, HasSubstr("expected a network for square pictures of 8 to 256 pixels a "
                                    "side, received one for 8×9"));
}

}  // namespace
}  // namespace inkling
