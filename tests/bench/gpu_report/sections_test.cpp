#include "bench/gpu_report/sections.h"

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace inkling {
namespace {

Json epochs(const std::vector<double>& seconds) {
  Json lines = Json::array();
  for (const double s : seconds) {
    lines.push_back({{"seconds", s}});
  }
  return lines;
}

Json training(const std::vector<double>& seconds, const Json& accuracy) {
  return {{"summary", {{"test_accuracy", accuracy}}}, {"epochs", epochs(seconds)}};
}

Json ten_seeds(double accuracy, double seconds) {
  Json trainings = {{"train-bf16-512", training({9, 0.5, 0.1, 0.2}, nullptr)}};
  for (int seed = 1; seed <= 10; ++seed) {
    // By turns a thousandth above and below.
    trainings["accuracy-seed" + std::to_string(seed)] =
        training({seconds / 2, seconds / 2}, accuracy + (seed % 2 == 0 ? 0.001 : -0.001));
  }
  return trainings;
}

std::vector<Json> met(const Json& summary) {
  std::vector<Json> answers;
  for (const Json& target : summary["targets"]) {
    answers.push_back(target["met"]);
  }
  return answers;
}

TEST(GpuReport, AnEpochIsTheMedianWithoutTheFirst) {
  const Json summary = summary_of(
      {{"train-a", training({9, 1, 3, 2}, nullptr)}, {"train-b", training({4}, nullptr)}}, Json());
  EXPECT_EQ(summary["seconds_per_epoch"]["train-a"], 2);
  EXPECT_EQ(summary["seconds_per_epoch"]["train-b"], 4);
}

TEST(GpuReport, SumsUpTheSeeds) {
  const Json accuracy = summary_of(ten_seeds(0.993, 0.4), Json())["accuracy"];
  EXPECT_EQ(accuracy["seeds"], 10);
  EXPECT_NEAR(accuracy["mean"].get<double>(), 0.993, 1e-12);
  EXPECT_NEAR(accuracy["deviation"].get<double>(), 0.001 * std::sqrt(10.0 / 9), 1e-12);
  EXPECT_NEAR(accuracy["least"].get<double>(), 0.992, 1e-12);
  EXPECT_NEAR(accuracy["training_seconds"].get<double>(), 0.4, 1e-12);
}

TEST(GpuReport, ReportsWhichTargetsAreMet) {
  const Json pytorch = {{"eager", {{"seconds_per_epoch", 0.81}}},
                        {"tuned", {{"seconds_per_epoch", 0.25}}}};
  const Json summary = summary_of(ten_seeds(0.993, 0.6), pytorch);
  EXPECT_NEAR(summary["times_eager_pytorch"].get<double>(), 0.81 / 0.2, 1e-12);
  EXPECT_NEAR(summary["times_tuned_pytorch"].get<double>(), 0.25 / 0.2, 1e-12);
  EXPECT_EQ(met(summary), (std::vector<Json>{false, true, false, true, false}));
}

TEST(GpuReport, AFewSeedsMeetNoTarget) {
  Json trainings = ten_seeds(0.993, 0.4);
  trainings.erase("accuracy-seed3");
  const std::vector<Json> answers = met(summary_of(trainings, Json()));
  EXPECT_EQ(answers, (std::vector<Json>{false, nullptr, nullptr, nullptr, nullptr}));
}

std::string markdown(const Json& trainings, const Json& kernels, const Json& gradcheck,
                     const Json& steps) {
  const Json summary = summary_of(trainings, Json());
  std::ostringstream out;
  write_targets(out, summary);
  write_steps(out, steps);
  write_gradcheck(out, gradcheck);
  write_kernels(out, kernels);
  write_trainings(out, trainings, summary);
  write_pytorch(out, {{"eager", nullptr}, {"tuned", 3}}, summary);
  return out.str();
}

TEST(GpuReport, SurvivesMissingParts) {
  EXPECT_NE(markdown(Json(), Json(), Json(), Json()).find("Not measured"), std::string::npos);
  const Json numbers = {1, 2};
  EXPECT_NO_THROW(markdown({{"train-x", 1}, {"accuracy-y", {{"epochs", 1}, {"summary", numbers}}}},
                           numbers, numbers, numbers));
}

// Lines as `inkling gradcheck --json` prints them on a CPU and on a GPU, with another "passed".
TEST(GpuReport, NamesTheOperationsThatFailed) {
  const Json gradcheck = Json::parse(R"({"passed": false, "checks": [
    {"op": "conv2d", "shape": "1×1×4×4", "precision": "float64", "forward_error": null,
     "gradient_error": 1.5e-05, "tolerance": 1e-06, "passed": false},
    {"op": "linear", "shape": "3×4", "precision": "bfloat16", "forward_error": 0.25,
     "gradient_error": 0.5, "tolerance": 0.01, "passed": false},
    {"op": "relu", "shape": "5", "precision": "float32", "forward_error": 0.0,
     "gradient_error": 0.0, "tolerance": 1e-05, "passed": true}]})");
  const std::string text = markdown(Json(), Json(), gradcheck, Json());
  EXPECT_NE(text.find("3 checks: **some are off**"), std::string::npos);
  EXPECT_NE(text.find("- conv2d, 1×1×4×4, float64: forward error none, gradient error 1.5e-05, "
                      "at most 1e-06 expected"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("- linear, 3×4, bfloat16: forward error 0.25, gradient error 0.5, at most "
                      "0.01 expected"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("- relu"), std::string::npos);
}

TEST(GpuReport, MarksWhatFitsIntoTheCacheAndWhatThePeerSaid) {
  const Json kernels = {
      {{"device", "a card"}, {"batch", 2}},
      {{"kernel", "fc3"},
       {"precision", "bf16"},
       {"microseconds", 2.0},
       {"in_cache", true},
       {"peer", "refused"}},
      {{"kernel", "fc1"}, {"precision", "bf16"}, {"microseconds", 3.0}, {"in_cache", false}}};
  const std::string text = markdown(Json(), kernels, Json(), Json());
  EXPECT_NE(text.find("| fc3 \\* | bf16 | 2.0 "), std::string::npos);
  EXPECT_NE(text.find("| refused | not measured |"), std::string::npos);
  EXPECT_NE(text.find("| fc1 | bf16 | 3.0 "), std::string::npos);
}

}  // namespace
}  // namespace inkling
