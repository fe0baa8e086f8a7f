// Help, and mistakes in the command line of `inkling`.
#include <regex>

#include "kernels/kernels.h"
#include "tests/train/cli/cli.h"

namespace inkling {
namespace {

using testing::HasSubstr;

using CliUsage = Cli;

constexpr int kUsageMistake = 2;
constexpr int kFailed = 1;

TEST_F(CliUsage, NamesAMisspelledFlagAndTheOneThatWasMeant) {
  expect_refusal({"train", "--dta", data, "--out", run}, kUsageMistake,
                 "expected a known flag, received --dta (did you mean --data?); "
                 "see inkling train --help");
  expect_refusal(train_arguments({"--epoch=3"}), kUsageMistake, "--epoch (did you mean --epochs?)");
  expect_refusal({"evaluate", "--mdoel", "x"}, kUsageMistake, "--mdoel (did you mean --model?)");
  expect_refusal({"gradcheck", "--bogus"}, kUsageMistake,
                 "expected a known flag, received --bogus; see inkling gradcheck --help");
  expect_refusal({"--jsn", "train"}, kUsageMistake,
                 "expected a known flag, received --jsn; see inkling --help");
}

TEST_F(CliUsage, NamesAMisspelledCommandAndTheOneThatWasMeant) {
  const std::string expected =
      "expected train, evaluate, predict, export-feedback, gradcheck or help, received ";
  expect_refusal({"trian"}, kUsageMistake,
                 expected + "trian (did you mean train?); see inkling --help");
  expect_refusal({"help", "predit"}, kUsageMistake, expected + "predit (did you mean predict?)");
  expect_refusal({"xyz"}, kUsageMistake, expected + "xyz; see");
}

TEST_F(CliUsage, SaysWhatIsMissingOrTooMuch) {
  expect_refusal({"train", "--data", data}, kUsageMistake, "expected --out, received none");
  expect_refusal({"train", "--out", run}, kUsageMistake, "expected --data, received none");
  expect_refusal({"predict"}, kUsageMistake, "expected images, received none");
  expect_refusal({"train", "--out", run, "--data"}, kUsageMistake,
                 "--data: expected a value, received none");
  expect_refusal({"train", "--data", data, "--out", ""}, kUsageMistake,
                 "--out: expected a folder, received nothing");
  expect_refusal({"gradcheck", "--json=5"}, kUsageMistake,
                 "--json: expected no value, received one");
  expect_refusal({"gradcheck", "bogus"}, kUsageMistake,
                 "expected nothing but flags and their values, received bogus");
}

TEST_F(CliUsage, SaysWhichValuesAFlagTakes) {
  const auto refused = [&](const std::vector<std::string>& flag, const std::string& part) {
    expect_refusal(train_arguments(flag), kUsageMistake, part + "; see inkling train --help");
  };
  refused({"--epochs", "0"}, "--epochs: expected a whole number from 1 to 100000, received 0");
  refused({"--schedule", "linear"},
          "--schedule: expected constant, step, cosine or one-cycle, received linear");
  refused({"--lr", "nan"}, "--lr: expected a number from 1e-12 to 1000, received nan");
  refused({"--lr", "0"}, "--lr: expected a number from 1e-12 to 1000, received 0");
  refused({"--label-smoothing", "1"},
          "--label-smoothing: expected a number from 0 to 0.99, received 1");
  refused({"--min-accuracy", "99%"}, "--min-accuracy: expected a number from 0 to 1, received 99%");
  refused({"--seed", "-1"}, "--seed: expected a whole number from 0, received -1");
  refused({"--no-test", "--min-accuracy", "0.9"},
          "expected --min-accuracy or --no-test, received both");
  expect_refusal({"gradcheck", "--op", "gelu"}, kUsageMistake, "or relu, received gelu");
}

#if defined(__x86_64__)
TEST_F(CliUsage, RefusesBf16WhereTheProcessorDoesNotMultiplyIt) {
  // NOLINTBEGIN(concurrency-mt-unsafe): the program that is run reads it, no thread of this one
  ::setenv("INKLING_ISA", "x86-64-v2", 1);
  expect_refusal(train_arguments({"--device", "cpu", "--precision", "bf16"}), kUsageMistake,
                 "expected --precision float32, received bf16: this processor (x86-64-v2) has no ");
  ::unsetenv("INKLING_ISA");
  // NOLINTEND(concurrency-mt-unsafe)
}
#endif

TEST_F(CliUsage, FailuresAreNoUsageMistakes) {
  expect_refusal({"train", "--data", folder.path() / "absent", "--out", run}, kFailed, "absent");
  expect_refusal(train_arguments({"--resume"}), kFailed, "to resume from");
  if (cuda::device_count() == 0) {
    expect_refusal(train_arguments({"--device", "cuda"}), kFailed, "no CUDA");
  }
  expect_refusal({"evaluate", "--model", "/absent.safetensors", "--data", data}, kFailed,
                 "cannot read /absent.safetensors");
  const std::vector<std::string> nowhere{
      "train", "--data", data, "--network", folder.path() / "network.json", "--out", "/proc/run"};
  expect_refusal(nowhere, kFailed, "/proc/run");
}

TEST_F(CliUsage, AnswersEveryWayToAskForHelp) {
  const std::string general = inkling({"--help"}).out;
  EXPECT_THAT(general, HasSubstr("Exit codes: 0 done, 1 "));
  for (const auto& words : {std::vector<std::string>{}, {"-h"}, {"help"}}) {
    const Outcome result = inkling(words);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out, general);
    EXPECT_EQ(result.err, "");
  }
  EXPECT_EQ(inkling({"help", "train"}).out, inkling({"train", "-h"}).out);
  EXPECT_EQ(inkling({"--version"}).out.rfind("inkling ", 0), 0U);
}

// Each flag has a description and stands in a group of its own kind, and each help ends with an
// example.
TEST_F(CliUsage, DescribesEveryFlag) {
  for (const std::string command :
       {"train", "evaluate", "predict", "export-feedback", "gradcheck"}) {
    const std::string help = inkling({command, "--help"}).out;
    EXPECT_THAT(help, HasSubstr("\n  inkling " + command + " ")) << "an example";
    std::istringstream lines(help);
    std::string group;
    std::string undescribed;  // a flag whose description must be on the next line
    int flags = 0;
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 80U) << line;
      if (std::regex_match(line, std::regex("[A-Z][a-z]+:"))) {
        group = line;
      }
      if (!undescribed.empty()) {
        EXPECT_TRUE(std::regex_match(line, std::regex(" {26}\\S.*"))) << undescribed;
        undescribed.clear();
      }
      std::smatch flag;
      if (std::regex_match(line, flag, std::regex("  (-\\S+)( [A-Z]+)?( {2,}\\S.*)?"))) {
        ++flags;
        undescribed = flag[3].matched ? "" : flag[1].str();
        EXPECT_EQ(group == "Options:", flag[1] == "-h,--help") << line;
      }
    }
    EXPECT_GE(flags, 3) << help;
  }
}

}  // namespace
}  // namespace inkling
